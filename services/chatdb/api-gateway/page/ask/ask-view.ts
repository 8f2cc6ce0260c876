/* The view for asking questions: a conversation with one data source at a time. */
import { dataSources, schemaOf } from "../api.ts";
import { Conversation } from "./conversation.ts";
import { button, element, elementById } from "../dom.ts";
import { QuestionHistory } from "./question-history.ts";
import { exampleQuestions, showSchema, showSchemaProblem } from "./schema-panel.ts";

const view = elementById("ask-view", HTMLElement);
const composer = elementById("composer", HTMLFormElement);
const question = elementById("question", HTMLTextAreaElement);
const send = elementById("send", HTMLButtonElement);
const source = elementById("source", HTMLSelectElement);
const side = elementById("side", HTMLElement);
const follows = elementById("follows", HTMLElement);
const examples = elementById("examples", HTMLElement);

const conversation = new Conversation(() => {
  elementById("welcome", HTMLElement).hidden = true;
  send.textContent = conversation.running ? "Stop" : "Ask";
  const { last } = conversation;
  follows.hidden = last === undefined;
  if (last) follows.querySelector("span")!.textContent = `Can follow up on “${last.query}”`;
});
const history = new QuestionHistory((asked) => submit(asked));

function submit(text: string): void {
  const query = text.trim();
  if (query === "") return question.focus();
  if (side.matches(":popover-open")) side.hidePopover();
  history.add(query);
  question.value = "";
  void conversation.ask(query, source.value === "" ? undefined : source.value);
  question.focus();
}

composer.addEventListener("submit", (event) => {
  event.preventDefault();
  // Without a new question the button stops the running one.
  if (conversation.running && question.value.trim() === "") conversation.stop();
  else submit(question.value);
});
send.addEventListener("click", (event) => {
  if (!conversation.running) return;
  event.preventDefault();
  conversation.stop();
});
follows.querySelector("button")!.addEventListener("click", () => {
  conversation.startOver();
  question.focus();
});

question.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  if (event.key === "Enter" && !event.shiftKey) {
    event.preventDefault();
    submit(question.value);
  }
  // An arrow key that would leave the text steps through the history.
  const leavesUp = event.key === "ArrowUp" && !question.value.slice(0, question.selectionStart).includes("\n");
  const leavesDown = event.key === "ArrowDown" && !question.value.slice(question.selectionEnd).includes("\n");
  if (event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || !(leavesUp || leavesDown)) return;
  const earlier = history.step(leavesUp ? 1 : -1);
  if (earlier === undefined) return;
  event.preventDefault();
  question.value = earlier;
});

document.addEventListener("keydown", (event) => {
  if (view.hidden) return;
  const typing = event.target instanceof HTMLElement && /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    question.focus();
  }
  if (event.key === "Escape" && conversation.running) conversation.stop();
});

source.addEventListener("change", () => {
  conversation.startOver();
  void loadSchema();
});

/** Shows the schema of the selected data source. */
async function loadSchema(): Promise<void> {
  const name = source.value;
  try {
    const schema = await schemaOf(name);
    if (source.value !== name) return;
    showSchema(schema);
    examples.replaceChildren(
      ...exampleQuestions(schema).map((example) => button(example, () => submit(example), "choice")),
    );
  } catch (error) {
    showSchemaProblem((error as Error).message);
  }
}

/** Loads the data sources and the first one's schema. */
export async function startAskView(): Promise<void> {
  try {
    const sources = await dataSources();
    source.replaceChildren(...sources.map(({ name }) => element("option", { value: name }, name)));
    source.disabled = sources.length < 2;
    if (sources.length > 0) await loadSchema();
    else showSchemaProblem("There is no data source yet.");
  } catch (error) {
    showSchemaProblem((error as Error).message);
  }
}
