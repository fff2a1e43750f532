// The shortcodes that people use at work; any other stays text.

const PAIRS = `+1 👍 -1 👎 thumbsup 👍 thumbsdown 👎 eyes 👀 white_check_mark ✅ heavy_check_mark ✔️ x ❌ tada 🎉 fire 🔥
heart ❤️ joy 😂 smile 😄 slightly_smiling_face 🙂 wink 😉 thinking_face 🤔 cry 😢 sob 😭 rage 😡 scream 😱 pray 🙏
clap 👏 wave 👋 raised_hands 🙌 muscle 💪 ok_hand 👌 point_up ☝️ point_right 👉 zzz 💤 hourglass ⌛
hourglass_flowing_sand ⏳ alarm_clock ⏰ stopwatch ⏱️ clock1 🕐 bell 🔔 no_bell 🔕 rotating_light 🚨 warning ⚠️
no_entry ⛔ no_entry_sign 🚫 red_circle 🔴 large_orange_circle 🟠 large_yellow_circle 🟡 large_green_circle 🟢
large_blue_circle 🔵 white_circle ⚪ black_circle ⚫ question ❓ exclamation ❗ bulb 💡 memo 📝 ticket 🎫 bug 🐛
hammer_and_wrench 🛠️ wrench 🔧 gear ⚙️ lock 🔒 unlock 🔓 key 🔑 link 🔗 paperclip 📎 page_facing_up 📄 file_folder 📁
calendar 📅 date 📅 chart_with_upwards_trend 📈 chart_with_downwards_trend 📉 bar_chart 📊 inbox_tray 📥
outbox_tray 📤 email 📧 phone ☎️ speech_balloon 💬 loudspeaker 📢 mega 📣 mag 🔍 star ⭐ sparkles ✨ rocket 🚀
construction 🚧 recycle ♻️ arrow_right ➡️ arrow_left ⬅️ arrow_up ⬆️ arrow_down ⬇️ repeat 🔁 pause_button ⏸️
double_vertical_bar ⏸️ arrow_forward ▶️ black_square_for_stop ⏹️ information_source ℹ️ 100 💯 coffee ☕ sunny ☀️
zap ⚡ boom 💥 snail 🐌 robot_face 🤖 ghost 👻 see_no_evil 🙈 face_palm 🤦 shrug 🤷 checkered_flag 🏁 trophy 🏆
small_red_triangle 🔺 small_blue_diamond 🔹 black_small_square ▪️ white_small_square ▫️ pushpin 📌 bookmark 🔖
handshake 🤝 tools 🛠️ sos 🆘 fast_forward ⏩ ballot_box_with_check ☑️ heavy_plus_sign ➕ heavy_minus_sign ➖`;

const words = PAIRS.split(/\s+/);
const BY_NAME = new Map();
for (let place = 0; place < words.length; place += 2) BY_NAME.set(words[place], words[place + 1]);

/** What people reach for first when they react. */
export const FAVOURITES = ["eyes", "white_check_mark", "zzz", "+1", "tada", "heart", "pray", "raised_hands", "joy", "fire",
  "warning", "rotating_light", "hourglass_flowing_sand", "x", "question", "rocket"];

export const NAMES = [...BY_NAME.keys()];

/** The character for a shortcode's name, or the shortcode itself. */
export function emoji(name) {
  return BY_NAME.get(name.split("::")[0]) ?? `:${name}:`;
}

/** Text with the shortcodes that are known replaced. */
export function emojify(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => BY_NAME.get(name) ?? whole);
}
