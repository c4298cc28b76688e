/** Making nodes: data only ever becomes text or a checked attribute, never markup or a style. */

type Child = Node | string | undefined | false;

interface Facts {
  class?: string;
  text?: string;
  on?: (event: Event) => void;
  [attribute: string]: string | ((event: Event) => void) | undefined;
}

/** An HTML element with attributes and children; `on` is its click. */
export function make<T extends keyof HTMLElementTagNameMap>(tag: T, facts: Facts = {}, children: Child[] = []): HTMLElementTagNameMap[T] {
  const node = document.createElement(tag);
  fill(node, facts, children);
  return node;
}

/** The same for SVG. */
export function makeSvg<T extends keyof SVGElementTagNameMap>(tag: T, facts: Facts = {}, children: Child[] = []): SVGElementTagNameMap[T] {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  fill(node, facts, children);
  return node;
}

function fill(node: Element, { text, on, ...attributes }: Facts, children: Child[]): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "string") node.setAttribute(name, value);
  }
  if (text !== undefined) node.textContent = text;
  if (on) node.addEventListener("click", on);
  node.append(...children.filter((child): child is Node | string => child !== undefined && child !== false));
}
