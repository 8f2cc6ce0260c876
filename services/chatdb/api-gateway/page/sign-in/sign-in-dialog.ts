import { elementById } from "../dom.ts";
import { isSignedIn, signIn, signInSettings, signOut, useToken } from "./session.ts";

let asking: Promise<boolean> | undefined;

/**
 * Asks the person to sign in or to enter a token. Concurrent callers share one dialog.
 * @param reason shown in the dialog
 * @returns whether a token was entered; signing in leaves the page instead
 */
export function askForToken(reason: string): Promise<boolean> {
  asking ??= showDialog(reason).finally(() => (asking = undefined));
  return asking;
}

async function showDialog(reason: string): Promise<boolean> {
  const dialog = elementById("sign-in", HTMLDialogElement);
  const input = elementById("token", HTMLInputElement);
  const button = elementById("sign-in-go", HTMLButtonElement);
  const message = elementById("sign-in-why", HTMLElement);
  message.textContent = reason;
  dialog.returnValue = "";
  elementById("sign-in-cancel", HTMLButtonElement).onclick = () => dialog.close();
  const settings = await signInSettings();
  button.hidden = settings === undefined;
  button.onclick = () =>
    void (
      settings &&
      signIn(settings).catch(
        (error: unknown) => (message.textContent = `Signing in failed: ${(error as Error).message}`),
      )
    );
  dialog.showModal();
  (settings ? button : input).focus();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  const given = input.value.trim().replace(/^Bearer\s+/i, "");
  input.value = "";
  if (dialog.returnValue !== "use" || given === "") return false;
  useToken(given);
  showSignOut();
  return true;
}

/** Shows the sign-out button while there is a token. */
export function showSignOut(): void {
  const signOutButton = elementById("signed-in", HTMLButtonElement);
  signOutButton.hidden = !isSignedIn();
  signOutButton.onclick = () => void signOut().catch(() => location.reload());
}
