/* The page's entry point, which starts each view when it is first shown. */
import { startAskView } from "./ask/ask-view.ts";
import { elementById } from "./dom.ts";
import { showModels } from "./models/models-view.ts";
import { completeSignIn } from "./sign-in/session.ts";
import { askForToken, showSignOut } from "./sign-in/sign-in-dialog.ts";

const ask = elementById("ask-view", HTMLElement);
const models = elementById("models-view", HTMLElement);
let asking: Promise<void> | undefined;

/** Shows the view that the URL's fragment names: `#models` and below, otherwise the ask view. */
async function showView(): Promise<void> {
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
  if (!toModels) await (asking ??= startAskView());
}

await completeSignIn().catch((error: unknown) => askForToken(`Signing in failed: ${(error as Error).message}`));
showSignOut();
addEventListener("hashchange", () => void showView());
await showView();
