type Child = Node | string | undefined | false;
type Listeners = { [E in keyof HTMLElementEventMap as `on${E}`]?: (event: HTMLElementEventMap[E]) => void };
type Properties<T extends keyof HTMLElementTagNameMap> = Partial<
  Omit<HTMLElementTagNameMap[T], keyof Listeners | "style" | "dataset">
> &
  Listeners & { aria?: Record<string, string> };

/** An element with its properties, listeners and children. Text stays text: nothing that is given becomes markup. */
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

/** The same for SVG, whose properties are attributes. */
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

/** The element of the page with this id. */
export function elementById<E extends HTMLElement>(id: string, kind: new () => E): E {
  const element = document.getElementById(id);
  if (!(element instanceof kind)) throw new Error(`The page has no ${kind.name} "${id}".`);
  return element;
}

export const button = (label: string, onclick: () => void, className = "quiet") =>
  element("button", { type: "button", className, onclick }, label);

/** Says something to those who do not see it. */
export function announce(text: string): void {
  elementById("status", HTMLElement).textContent = text;
}
