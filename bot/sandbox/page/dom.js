// Builds elements. Content only ever becomes text nodes: nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

/** An element; functions among the attributes are listeners (`onclick`), null and false are left out. */
export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

/** The same for drawings. */
export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

const SAFE = /^(https?|mailto):/i;

/** A link when the address is one that people follow, otherwise the label alone. */
export function link(address, ...label) {
  if (!SAFE.test(address)) return el("span", {}, ...label);
  return el("a", { href: address, target: "_blank", rel: "noopener noreferrer", title: address }, ...label);
}

/**
 * Makes a container's children those of `items`, keeping the elements whose signature has not changed.
 * So what somebody is typing into one message survives another message's arrival.
 */
export function reconcile(container, items) {
  const before = new Map();
  for (const child of container.children) before.set(child.dataset.key, child);
  let place = container.firstElementChild;
  for (const { key, signature, build } of items) {
    let node = before.get(key);
    if (node && node.signature === signature) before.delete(key);
    else {
      node = build();
      node.dataset.key = key;
      node.signature = signature;
    }
    if (node === place) place = place.nextElementSibling;
    else container.insertBefore(node, place);
  }
  for (const [key, node] of before) if (node.parentNode === container) node.remove();
}
