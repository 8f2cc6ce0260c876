type Child = Node | string | undefined | false;
type Listeners = { [E in keyof HTMLElementEventMap as `on${E}`]?: (event: HTMLElementEventMap[E]) => void };
type Properties<T extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[T], keyof Listeners | "style" | "dataset">
> &
  Listeners & { aria?: Record<string, string> };

/** Creates an element with properties, listeners and children. Strings become text nodes, never markup. */
export function element<T extends keyof HTMLElementTagNameMap>(
  tag: T,
  { aria = {}, ...properties }: Properties<T> = {},
  ...children: Child[]
): HTMLElementTagNameMap[T] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on") && typeof value === "function")
      made.addEventListener(name.slice(2), value as EventListener);
    else if (value !== undefined) (made as unknown as Record<string, unknown>)[name] = value;
  }
  for (const [name, value] of Object.entries(aria)) made.setAttribute(`aria-${name}`, value);
  made.append(...children.filter((child) => child !== undefined && child !== false));
  return made;
}

const svgNamespace = "http://www.w3.org/2000/svg";

/** Creates an SVG element with attributes and children. */
export function svgElement(
  tag: string,
  attributes: Record<string, string | number> = {},
  ...children: (Node | string)[]
): SVGElement {
  const made = document.createElementNS(svgNamespace, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  made.append(...children);
  return made;
}

/** Returns the page's element with this id. @throws Error if it is missing or of another kind */
export function elementById<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`The page has no ${kind.name} "${id}".`);
  return element;
}

export const button = (label: string, onclick: () => void, className = "quiet") =>
  element("button", { type: "button", className, onclick }, label);

/** Announces a change to screen readers. */
export function announce(text: string): void {
  elementById("status", HTMLElement).textContent = text;
}
