// Asking "are you sure?".

import { el } from "./dom.js";
import { textObject } from "./mrkdwn.js";

/** Asks, and tells whether the person agreed; `question` is a Block Kit confirmation object. */
export function confirmed(ctx, question) {
  return new Promise((decide) => {
    const node = el("dialog", { class: "modal small-modal", "aria-labelledby": "confirm-title" },
      el("h2", { id: "confirm-title", class: "modal-title" }, textObject(ctx, question.title)),
      el("div", { class: "modal-body" }, textObject(ctx, question.text)),
      el("div", { class: "modal-foot" },
        el("button", { type: "button", class: "button", onclick: () => node.close("no") },
          question.deny ? textObject(ctx, question.deny) : "Cancel"),
        el("button", { type: "button", class: `button ${question.style ?? "primary"}`, onclick: () => node.close("yes") },
          question.confirm ? textObject(ctx, question.confirm) : "Yes")));
    node.addEventListener("close", () => {
      node.remove();
      decide(node.returnValue === "yes");
    });
    document.getElementById("modals").append(node);
    node.showModal();
  });
}
