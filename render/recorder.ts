import * as pulumi from "@pulumi/pulumi";
import { createHash, hkdfSync } from "node:crypto";

type Inputs = Record<string, unknown>;

/** One resource as the program registered it. */
export interface RecordedResource {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** False for a component, which only groups others. */
  readonly custom: boolean;
  readonly parent: string | undefined;
  /** Inputs, with the name that an engine would have given where the program gave none. */
  readonly inputs: Inputs;
  /** Whether that is so: the name is made up, and is another one once the object is replaced. */
  readonly autonamed: boolean;
  /** Paths of inputs that are secret. */
  readonly secrets: readonly string[];
  /** Paths of inputs that are not known yet: in a preview, what a provider makes up when it creates something. */
  readonly unknowns: readonly string[];
  /** Name of the explicit provider that it goes to; undefined where the ambient one is taken. */
  readonly provider: string | undefined;
  /** URNs of what has to be ready first, without what follows from the parent. */
  readonly dependencies: readonly string[];
  readonly protect: boolean;
  /** What a component registered as its outputs. */
  outputs: Inputs;
}

export interface RecordOptions {
  readonly stack: string;
  /** Configuration as the engine would hand it over, keys with their namespace. */
  readonly config: Record<string, string>;
  readonly secretKeys?: readonly string[];
  /** Run as a preview, in which what providers make up is unknown. Default false. */
  readonly preview?: boolean;
  /** Called before a resource is created; it is created when this resolves. */
  readonly hold?: (resource: pulumi.runtime.MockResourceArgs) => Promise<void> | undefined;
  /** From which generated passwords are derived. Default: from the stack's name, for renderings that leave secrets out. */
  readonly seed?: string;
}

/** Missing from the SDK's type declarations, though exported; its version is pinned. */
const runtime = pulumi.runtime as typeof pulumi.runtime & { waitForRPCs(): Promise<void> };

/** The part of the mock monitor that is listened to: mocks are told neither dependencies nor options nor outputs. */
interface Monitor {
  registerResource(request: RegisterRequest, callback: Callback): Promise<void>;
  registerResourceOutputs(request: OutputsRequest, callback: Callback): void;
}
type Callback = (error: unknown, response?: { getUrn(): string }) => void;
interface Struct {
  toJavaScript(): Inputs;
}
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getParent(): string;
  getObject(): Struct;
  getDependenciesList(): string[];
  getProtect(): boolean;
  getProvider(): string;
}
interface OutputsRequest {
  getUrn(): string;
  getOutputs(): Struct;
}

/** Runs a Pulumi program without an engine or a cluster and returns all resources that it registers, in their order. */
export async function record(options: RecordOptions, program: () => unknown): Promise<RecordedResource[]> {
  const resources: RecordedResource[] = [];
  const failures: unknown[] = [];
  const states = new Map<string, Inputs>();
  await runtime.setMocks(
    {
      call: ({ inputs }) => inputs as Inputs,
      newResource: async (args) => {
        await options.hold?.(args);
        const state = created(args, options);
        states.set(`${args.type}/${args.name}`, state);
        return { id: args.custom ? args.name : undefined, state: asSecret(args.type, state) };
      },
    },
    "platform",
    options.stack,
    options.preview ?? false,
  );
  runtime.setAllConfig(options.config, [...(options.secretKeys ?? [])]);

  const monitor = runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, callback) =>
    register(request, (error, response) => {
      if (error) failures.push(error);
      else resources.push(recorded(request, response!.getUrn(), states));
      callback(error, response);
    });
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResourceOutputs = (request, callback) => {
    const resource = resources.find(({ urn }) => urn === request.getUrn());
    if (resource) resource.outputs = request.getOutputs().toJavaScript();
    registerOutputs(request, callback);
  };

  await program();
  await runtime.waitForRPCs();
  if (failures.length > 0) throw failures[0];
  return resources;
}

function recorded(request: RegisterRequest, urn: string, states: Map<string, Inputs>): RecordedResource {
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: request.getParent() || undefined,
    inputs: states.get(`${request.getType()}/${request.getName()}`) ?? {},
    autonamed:
      request.getType().startsWith("kubernetes:") &&
      (request.getObject().toJavaScript().metadata as Inputs | undefined)?.name === undefined,
    secrets: paths(request.getObject().toJavaScript(), isSecret),
    unknowns: paths(request.getObject().toJavaScript(), (value) => value === pulumi.runtime.unknownValue),
    provider: request.getProvider().split("::").at(-2),
    dependencies: request.getDependenciesList(),
    protect: request.getProtect(),
    outputs: {},
  };
}

/** Marks a secret on the wire: sdk/nodejs/runtime/rpc.ts of pulumi/pulumi, `specialSigKey` and `specialSecretSig`. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

function isSecret(value: unknown): boolean {
  return typeof value === "object" && value !== null && (value as Inputs)[signatureKey] === secretSignature;
}

/** Paths of the values that `matches`, as they are on the wire. */
function paths(value: unknown, matches: (value: unknown) => boolean, path: readonly string[] = []): string[] {
  if (matches(value)) return [path.join(".")];
  if (typeof value !== "object" || value === null) return [];
  if (isSecret(value)) return paths((value as Inputs).value, matches, path);
  return Object.entries(value).flatMap(([key, child]) => paths(child, matches, [...path, key]));
}

function revealed(value: unknown): unknown {
  if (typeof value !== "object" || value === null || pulumi.isUnknown(value)) return value;
  if (Array.isArray(value)) return value.map(revealed);
  if (isSecret(value)) return revealed((value as Inputs).value);
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, revealed(child)]));
}

const randomPassword = "random:index/randomPassword:RandomPassword";

/** What an engine and its providers would make of the inputs. */
function created(args: pulumi.runtime.MockResourceArgs, options: RecordOptions): Inputs {
  const inputs = revealed(args.inputs) as Inputs;
  if (options.preview && !args.type.startsWith("kubernetes:")) return inputs;
  if (args.type === randomPassword) {
    const generation = JSON.stringify(inputs.keepers ?? {});
    return {
      ...inputs,
      result: derivedText(options.seed ?? options.stack, `${args.name} ${generation}`, Number(inputs.length)),
    };
  }
  if (args.type === "random:index/randomId:RandomId") {
    const bytes = derivedBytes(options.stack, args.name, Number(inputs.byteLength));
    return { ...inputs, b64Url: bytes.toString("base64url"), hex: bytes.toString("hex") };
  }
  if (!args.type.startsWith("kubernetes:")) return inputs;
  const object = named(inputs, args.name);
  return object.kind === "Service" && !options.preview ? { ...object, status: { loadBalancer: {} } } : object;
}

/** Generated passwords come back as secrets, as their provider declares them. */
function asSecret(type: string, state: Inputs): Inputs {
  return type === randomPassword && state.result !== undefined
    ? { ...state, result: pulumi.secret(state.result) }
    : state;
}

/** Where Pulumi would add a random suffix, the suffix is made from the content: a changed object gets another name. */
function named(inputs: Inputs, name: string): Inputs {
  const metadata = inputs.metadata as Inputs | undefined;
  if (metadata?.name !== undefined) return inputs;
  const suffix = createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 8);
  return { ...inputs, metadata: { ...metadata, name: `${name}-${suffix}` } };
}

function derivedBytes(seed: string, name: string, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", seed, "chatdb", name, length));
}

/** Letters and digits; the few that base64 has beside them are dropped, so more is derived than asked for. */
function derivedText(seed: string, name: string, length: number): string {
  return derivedBytes(seed, name, length * 2)
    .toString("base64")
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, length);
}
