import { secretValues, secretVariables } from "../../../policies/rules/secrets-in-clear.ts";
import { deploymentOf, object } from "../support/deployment.ts";
import { ruleTests } from "../support/rule.ts";

const variable = (name: string, value: string | undefined, rest: object = {}) =>
  deploymentOf({ env: [{ name, value, ...rest }] });
const secretKeyRef = { valueFrom: { secretKeyRef: { name: "web", key: "password" } } };

ruleTests(
  secretVariables,
  {
    "a reference to a Secret": [variable("DATABASE_PASSWORD", undefined, secretKeyRef)],
    "an empty value": [variable("DATABASE_PASSWORD", "")],
    "variables that hold no secret": [
      "DATABASE_HOST",
      "MONKEY",
      "KEYBOARD",
      "PUBLIC_KEY",
      "KEY_ID",
      "PASSWORD_FILE",
      "TOKEN_URL",
    ].map((name) => variable(name, "x")),
    "a ConfigMap without secrets": [object("ConfigMap", "web", { data: { PORT: "8080" } })],
    "a Secret": [object("Secret", "web", { data: { PASSWORD: "cGFzc3dvcmQ=" } })],
  },
  {
    ...Object.fromEntries(
      [
        "PASSWORD",
        "DATABASE_PASSWORD",
        "CLIENT_SECRET",
        "API_TOKEN",
        "S3_SECRET_ACCESS_KEY",
        "API_KEY",
        "key-passphrase",
      ].map((name) => [name, [`container web has the value of ${name} in clear`, variable(name, "x")] as const]),
    ),
    "a secret in a ConfigMap": [
      "has API_TOKEN in clear",
      object("ConfigMap", "web", { data: { PORT: "8080", API_TOKEN: "x" } }),
    ],
  },
);

const value = "correct-horse-battery";
const secret = object("Secret", "web", { stringData: { password: value } });
const fault = "contains the value of password of the Secret apps/web";

ruleTests(
  secretValues,
  {
    "a variable that refers to a Secret": [secret, variable("A", undefined, secretKeyRef)],
    "two Secrets with the same value": [secret, object("Secret", "other", { stringData: { password: value } })],
    "a short value that occurs by chance": [object("Secret", "web", { stringData: { user: "web" } }), deploymentOf({})],
  },
  {
    "a value in a variable of any name": [fault, secret, variable("URL", `postgres://web:${value}@host`)],
    "a value among the arguments": [fault, secret, deploymentOf({ args: ["--password", value] })],
    "a value in a ConfigMap": [fault, secret, object("ConfigMap", "web", { data: { a: value } })],
    "a value in an annotation": [
      fault,
      secret,
      object("Service", "web", { metadata: { name: "web", annotations: { a: value } } }),
    ],
    "a value that is encoded in its Secret": [
      fault,
      object("Secret", "web", { data: { password: Buffer.from(value).toString("base64") } }),
      object("ConfigMap", "web", { data: { a: value } }),
    ],
  },
);
