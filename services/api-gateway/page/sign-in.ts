import { found } from "./dom.ts";

/** Kept by the tab alone, and gone with it. */
const key = "chatdb.token";

export const token = (): string | undefined => sessionStorage.getItem(key) ?? undefined;

let asking: Promise<boolean> | undefined;

/**
 * Asks the person for a token, saying why one is needed. Whoever asks meanwhile waits for the same answer.
 * @returns whether one was given
 */
export function askForToken(why: string): Promise<boolean> {
  asking ??= ask(why).finally(() => (asking = undefined));
  return asking;
}

async function ask(why: string): Promise<boolean> {
  const dialog = found("sign-in", HTMLDialogElement);
  const input = found("token", HTMLInputElement);
  found("sign-in-why", HTMLElement).textContent = why;
  dialog.returnValue = "";
  found("sign-in-cancel", HTMLButtonElement).onclick = () => dialog.close();
  dialog.showModal();
  input.focus();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  const given = input.value.trim().replace(/^Bearer\s+/i, "");
  input.value = "";
  if (dialog.returnValue !== "use" || given === "") return false;
  sessionStorage.setItem(key, given);
  showForget();
  return true;
}

/** The button that forgets the token, while there is one. */
export function showForget(): void {
  const forget = found("signed-in", HTMLButtonElement);
  forget.hidden = token() === undefined;
  forget.onclick = () => {
    sessionStorage.removeItem(key);
    location.reload();
  };
}
