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
  /** Paths of inputs that are secret. */
  readonly secrets: readonly string[];
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
  /** Run as a preview, in which outputs are unknown. Default false. */
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
        return { id: args.custom ? args.name : undefined, state };
      },
    },
    "chatdb",
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
    secrets: secretPaths(request.getObject().toJavaScript()),
    dependencies: request.getDependenciesList(),
    protect: request.getProtect(),
    outputs: {},
  };
}

/** Marks a secret on the wire: sdk/nodejs/runtime/rpc.ts of pulumi/pulumi, `specialSigKey` and `specialSecretSig`. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

function secretPaths(value: unknown, path = ""): string[] {
  if (typeof value !== "object" || value === null) return [];
  if ((value as Inputs)[signatureKey] === secretSignature) return [path];
  return Object.entries(value).flatMap(([key, child]) => secretPaths(child, path === "" ? key : `${path}.${key}`));
}

function revealed(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(revealed);
  if ((value as Inputs)[signatureKey] === secretSignature) return revealed((value as Inputs).value);
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, revealed(child)]));
}

/** What an engine and its providers would make of the inputs. */
function created(args: pulumi.runtime.MockResourceArgs, options: RecordOptions): Inputs {
  const inputs = revealed(args.inputs) as Inputs;
  if (args.type === "random:index/randomPassword:RandomPassword") {
    return { ...inputs, result: derivedText(options.seed ?? options.stack, args.name, Number(inputs.length)) };
  }
  if (args.type === "random:index/randomId:RandomId") {
    const bytes = derivedBytes(options.stack, args.name, Number(inputs.byteLength));
    return { ...inputs, b64Url: bytes.toString("base64url"), hex: bytes.toString("hex") };
  }
  return args.type.startsWith("kubernetes:") ? named(inputs, args.name) : inputs;
}

/** Where Pulumi would add a random suffix, the suffix is made from the content: a changed object gets another name. */
function named(inputs: Inputs, name: string): Inputs {
  const metadata = inputs.metadata as Inputs | undefined;
  if (metadata?.name !== undefined) return withStatus(inputs);
  const suffix = createHash("sha256").update(JSON.stringify(inputs)).digest("hex").slice(0, 8);
  return withStatus({ ...inputs, metadata: { ...metadata, name: `${name}-${suffix}` } });
}

function withStatus(inputs: Inputs): Inputs {
  return inputs.kind === "Service" ? { ...inputs, status: { loadBalancer: {} } } : inputs;
}

function derivedBytes(seed: string, name: string, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", seed, "chatdb", name, length));
}

/** Letters and digits; the few that base64 has beside them are dropped, so more is derived than asked for. */
function derivedText(seed: string, name: string, length: number): string {
  return derivedBytes(seed, name, length * 2).toString("base64").replace(/[^A-Za-z0-9]/g, "").slice(0, length);
}
