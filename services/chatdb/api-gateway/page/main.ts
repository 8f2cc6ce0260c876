/* The page: its views, each started when it is first seen. */
import { startAsking } from "./ask/ask-view.ts";
import { elementById } from "./dom.ts";
import { showModels } from "./models/models-view.ts";
import { completeSignIn } from "./sign-in/session.ts";
import { askForToken, showSignOut } from "./sign-in/sign-in-dialog.ts";

const ask = elementById("ask-view", HTMLElement);
const models = elementById("models-view", HTMLElement);
let asking: Promise<void> | undefined;

/** Shows what the part of the address behind `#` names: `models` and below, else where questions are asked. */
async function show(): Promise<void> {
  const [view, ...path] = decodeURIComponent(location.hash.slice(1)).split("/");
  const toModels = view === "models";
  [ask.hidden, models.hidden] = [toModels, !toModels];
  for (const part of document.querySelectorAll<HTMLElement>("[data-of=ask]")) part.hidden = toModels;
  for (const link of document.querySelectorAll<HTMLElement>(".views a")) {
    if ((link.getAttribute("href") === "#models") === toModels) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  document.title = toModels ? "Models - ChatDB" : "ChatDB";
  showModels(toModels ? path : undefined);
  if (!toModels) await (asking ??= startAsking());
}

await completeSignIn().catch((error: unknown) => askForToken(`Signing in did not work: ${(error as Error).message}`));
showSignOut();
addEventListener("hashchange", () => void show());
await show();
