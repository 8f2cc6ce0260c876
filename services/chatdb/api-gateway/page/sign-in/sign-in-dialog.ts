import { elementById } from "../dom.ts";
import { isSignedIn, signIn, signInOptions, signOut, useToken } from "./session.ts";

let asking: Promise<boolean> | undefined;

/**
 * Asks the person to sign in or for a token, saying why one is needed. Whoever asks meanwhile waits for the same answer.
 * @returns whether one was given; to sign in leaves the page
 */
export function askForToken(why: string): Promise<boolean> {
  asking ??= ask(why).finally(() => (asking = undefined));
  return asking;
}

async function ask(why: string): Promise<boolean> {
  const dialog = elementById("sign-in", HTMLDialogElement);
  const input = elementById("token", HTMLInputElement);
  const button = elementById("sign-in-go", HTMLButtonElement);
  const reason = elementById("sign-in-why", HTMLElement);
  reason.textContent = why;
  dialog.returnValue = "";
  elementById("sign-in-cancel", HTMLButtonElement).onclick = () => dialog.close();
  const how = await signInOptions();
  button.hidden = how === undefined;
  button.onclick = () =>
    void (
      how &&
      signIn(how).catch((error: unknown) => (reason.textContent = `That did not work: ${(error as Error).message}`))
    );
  dialog.showModal();
  (how ? button : input).focus();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  const given = input.value.trim().replace(/^Bearer\s+/i, "");
  input.value = "";
  if (dialog.returnValue !== "use" || given === "") return false;
  useToken(given);
  showSignOut();
  return true;
}

/** The button that forgets the token, while there is one. */
export function showSignOut(): void {
  const forget = elementById("signed-in", HTMLButtonElement);
  forget.hidden = !isSignedIn();
  forget.onclick = () => void signOut().catch(() => location.reload());
}
