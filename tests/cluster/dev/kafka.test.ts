import { expect } from "chai";
import { groupOf, topics as names } from "@chatdb/contracts/topics.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { environment } from "../../../render/objects.ts";
import { rightsOf } from "../support/kafka-rights.ts";
import { stack } from "./stack.ts";

const users = ["training-orchestrator", "ml-engine", "query-parser"];
const topics = Object.values(names);
const groups = users.flatMap((user) => topics.map((topic) => groupOf(user, topic)));

describe("Kafka of ChatDB dev", function () {
  this.timeout(120_000);
  let resources: RecordedResource[];
  before(async () => (resources = await stack.resources()));

  for (const user of users) {
    it(`lets ${user} do what it declared and nothing else`, async () => {
      const use = Object.entries(JSON.parse(environment(resources, `kafka-${user}`).TOPIC_USE!) as Record<string, "publish" | "consume">);
      const declared = use.flatMap(([topic, access]) => (access === "publish" ? [`publish ${topic}`] : [`read ${topic}`, `group ${groupOf(user, topic)}`]));
      const otherUser = environment(resources, users.find((name) => name !== user)!).KAFKA_USERNAME!;

      const { "no login": unknown, ...rights } = await rightsOf("chatdb-services", user, { topics, groups, otherUser });

      const allowed = Object.entries(rights).flatMap(([attempt, outcome]) => (outcome === "allowed" ? [attempt] : []));
      expect(allowed.sort()).to.deep.equal(declared.sort());
      for (const attempt of Object.keys(rights).filter((name) => !allowed.includes(name))) expect(rights[attempt], attempt).to.equal(refusal(attempt));
      // The broker hangs up on who does not log in.
      expect(unknown).to.equal("Connection closed");
    });
  }
});

function refusal(attempt: string): string {
  if (attempt.startsWith("group ")) return "GROUP_AUTHORIZATION_FAILED";
  if (attempt === "the administrator's name") return "UNSUPPORTED_SASL_MECHANISM";
  return attempt.includes("password") || attempt.includes("name") ? "SASL_AUTHENTICATION_FAILED" : "TOPIC_AUTHORIZATION_FAILED";
}
