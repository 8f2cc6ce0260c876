import type { Feedback } from "@chatdb/contracts/feedback.ts";
import type { Answer } from "@chatdb/contracts/answer.ts";
import { sendFeedback } from "../api.ts";
import { readingChoices, type Choose } from "./reading-choices.ts";
import { announce, button, element } from "../dom.ts";

/** Asks whether the answer is right and, if not, which reading was meant. */
export function feedbackButtons({ query, datasource, plan, alternatives }: Answer, choose: Choose): HTMLElement {
  const place = element("div", { className: "feedback", role: "group", aria: { label: "Is this right?" } });
  const showStatus = (text: string) => {
    place.replaceChildren(element("span", { className: "muted" }, text));
    announce(text);
  };
  const give = (verdict: Omit<Feedback, "query" | "datasource" | "plan">) => {
    sendFeedback({ query, datasource, plan, ...verdict }).then(
      () => showStatus("Noted, thank you."),
      (error: Error) => showStatus(`Not noted: ${error.message}`),
    );
  };
  const wrong = () => {
    if (alternatives.length === 0) return give({ verdict: "wrong" });
    const meant = readingChoices(alternatives, (chosen) => {
      give({ verdict: "corrected", correction: chosen.plan });
      choose(chosen);
    });
    place.replaceChildren(
      element("p", {}, "What did you mean?"),
      meant,
      button("None of these", () => give({ verdict: "wrong" })),
    );
    meant.querySelector("button")?.focus();
  };
  place.append(
    element("span", { className: "muted" }, "Is this right?"),
    button("Right", () => give({ verdict: "right" })),
    button("Wrong", wrong),
  );
  return place;
}
