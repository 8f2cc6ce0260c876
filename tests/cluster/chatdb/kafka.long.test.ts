import { expect } from "chai";
import { topics as names } from "@chatdb/contracts/topics.ts";
import { followerGroup, groupOf } from "@platform/kit/consumer-group.ts";
import type { RecordedResource } from "../../../render/recorder.ts";
import { environment } from "../../../render/objects.ts";
import { gatewayClient, linearCsv, succeeded } from "../support/gateway.ts";
import { rightsOf } from "../support/kafka-rights.ts";
import { podsOf, until } from "../support/kubectl.ts";
import { kill } from "../support/machine.ts";
import { provision } from "../support/provisioner.ts";
import { stack } from "./stack.ts";

const users = ["training-orchestrator", "ml-engine", "query-parser"];
const topics = Object.values(names);
const follower = (user: string, topic: string) => followerGroup(user, topic, "somebody");
const groups = users.flatMap((user) => topics.flatMap((topic) => [groupOf(user, topic), follower(user, topic)]));

/** Rights of a service's user by the declared use of a topic. */
const rights = {
  publish: (_user: string, topic: string) => [`publish ${topic}`],
  consume: (user: string, topic: string) => [`read ${topic}`, `group ${groupOf(user, topic)}`],
  follow: (user: string, topic: string) => [`read ${topic}`, `group ${follower(user, topic)}`],
};

describe("Kafka of ChatDB dev", function () {
  this.timeout(240_000);
  let resources: RecordedResource[];
  before(async () => (resources = await stack.resources()));

  for (const user of users) {
    it(`lets ${user} do what it declared and nothing else`, async () => {
      const use = Object.entries(
        JSON.parse(environment(resources, `kafka-${user}`).TOPIC_USE!) as Record<string, keyof typeof rights>,
      );
      const declared = use.flatMap(([topic, access]) => rights[access](user, topic));
      const otherUser = environment(resources, users.find((name) => name !== user)!).KAFKA_USERNAME!;

      const { "no login": unknown, ...found } = await rightsOf("chatdb-services", user, { topics, groups, otherUser });

      const allowed = Object.entries(found).flatMap(([attempt, outcome]) => (outcome === "allowed" ? [attempt] : []));
      expect(allowed.sort()).to.deep.equal(declared.sort());
      for (const attempt of Object.keys(found).filter((name) => !allowed.includes(name)))
        expect(found[attempt], attempt).to.equal(refusal(attempt));
      // The broker closes a connection without a login.
      expect(unknown).to.equal("Connection closed");
    });
  }

  it("keeps its users when a broker restarts after one of them was withdrawn", async () => {
    // Deleting this user would make Kafka 4.1 forget all of them: its name is first in a Java hash map of up to 1024
    // buckets.
    const USER_NAME = "withdrawn-930";
    await provision("kafka-query-parser", "kafka-user", { USER_NAME });
    await provision("kafka-query-parser", "retire-kafka-user", { USER_NAME, GRACE_SECONDS: "0" });
    const gateway = gatewayClient();
    try {
      await gateway.put("/api/datasets/withdrawn.csv", linearCsv());
      for (const broker of await podsOf("chatdb-system", "kafka")) await kill(broker);
      const { job_id } = await until("a job is accepted", 60, () =>
        gateway.post<{ job_id: string }>("/api/jobs", {
          model_name: "withdrawn",
          dataset_location: "s3://datasets/withdrawn.csv",
          target: "y",
        }),
      );
      await succeeded(gateway, job_id);
    } finally {
      gateway.close();
    }
  });
});

function refusal(attempt: string): string {
  if (attempt.startsWith("group ")) return "GROUP_AUTHORIZATION_FAILED";
  if (attempt === "the administrator's name") return "UNSUPPORTED_SASL_MECHANISM";
  return attempt.includes("password") || attempt.includes("name")
    ? "SASL_AUTHENTICATION_FAILED"
    : "TOPIC_AUTHORIZATION_FAILED";
}
