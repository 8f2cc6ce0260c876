import * as pulumi from "@pulumi/pulumi";
import { AsyncLocalStorage } from "node:async_hooks";
import { createHash, hkdfSync } from "node:crypto";
import { project } from "../config/project.ts";

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
  /** Whether the program gave no name: a replaced object gets another one. */
  readonly autonamed: boolean;
  /** Paths of inputs that are secret. */
  readonly secrets: readonly string[];
  /** Paths of inputs that a preview does not know: what a provider generates when it creates something. */
  readonly unknowns: readonly string[];
  /** URN of the explicit provider that it goes to; undefined where the ambient one is taken. */
  readonly provider: string | undefined;
  /** URNs of resources that must be ready first, without those that the parent waits for. */
  readonly dependencies: readonly string[];
  readonly protect: boolean;
  /** Outputs that a component registered. */
  outputs: Inputs;
}

/** A resource about to be created. */
export interface PendingResource extends pulumi.runtime.MockResourceArgs {
  readonly urn: string;
}

export interface RecordOptions {
  readonly stack: string;
  /** Name of the project, which is the namespace of a `pulumi.Config` without one. Default: that of Pulumi.yaml. */
  readonly project?: string;
  /** Configuration as the engine passes it, keys with their namespace. */
  readonly config: Record<string, string>;
  readonly secretKeys?: readonly string[];
  /** Run as a preview, which does not know what providers generate. Default false. */
  readonly preview?: boolean;
  /** Called before a resource is created, which waits until the promise resolves. Default: nothing waits. */
  readonly hold?: (resource: PendingResource) => Promise<void> | undefined;
  /** Seed of generated passwords. Default: the stack's name, for renderings without secrets. */
  readonly seed?: string;
}

/** Missing from the SDK's type declarations, though exported; its version is pinned. */
const runtime = pulumi.runtime as typeof pulumi.runtime & { waitForRPCs(): Promise<void> };

/** The part of the mock monitor that is wrapped, since mocks receive no URNs, dependencies, options or outputs. */
interface Monitor {
  newUrn(parent: string, type: string, name: string): string;
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

/**
 * Runs a Pulumi program without an engine or a cluster and returns all resources that it registers, in their order.
 * @throws Error where the program fails, or registers two resources under one URN.
 */
export async function record(options: RecordOptions, program: () => unknown): Promise<RecordedResource[]> {
  const states = new Map<string, Inputs>();
  const urns = new AsyncLocalStorage<string>();
  const projectName = options.project ?? project().name;
  await runtime.setMocks(
    {
      call: ({ inputs }) => inputs as Inputs,
      newResource: async (args) => {
        const pending: PendingResource = { ...args, urn: urns.getStore()! };
        await options.hold?.(pending);
        const state = created(pending, options);
        states.set(pending.urn, state);
        return { id: args.custom ? args.name : undefined, state: asSecret(args.type, state) };
      },
    },
    projectName,
    options.stack,
    options.preview ?? false,
  );
  runtime.setAllConfig(options.config, [...(options.secretKeys ?? [])]);
  const monitor = runtime.getMonitor() as unknown as Monitor;
  monitor.newUrn = engineUrn(options.stack, projectName);
  const { resources, failures } = listen(monitor, urns, states);
  await program();
  await runtime.waitForRPCs();
  if (failures.length > 0) throw failures[0];
  return resources;
}

/** Records what passes through the monitor, under the URNs that an engine would give. */
function listen(monitor: Monitor, urns: AsyncLocalStorage<string>, states: ReadonlyMap<string, Inputs>) {
  const resources: RecordedResource[] = [];
  const failures: unknown[] = [];
  const taken = new Set<string>();
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = async (request, callback) => {
    const urn = monitor.newUrn(request.getParent(), request.getType(), request.getName());
    if (taken.has(urn)) {
      const error = new Error(`Two resources have the URN ${urn}; give one of them another name.`);
      failures.push(error);
      return callback(error);
    }
    taken.add(urn);
    await urns.run(urn, () =>
      register(request, (error, response) => {
        if (error) failures.push(error);
        else resources.push(recorded(request, urn, states));
        callback(error, response);
      }),
    );
  };
  const registerOutputs = monitor.registerResourceOutputs.bind(monitor);
  monitor.registerResourceOutputs = (request, callback) => {
    const resource = resources.find(({ urn }) => urn === request.getUrn());
    if (resource) resource.outputs = request.getOutputs().toJavaScript();
    registerOutputs(request, callback);
  };
  return { resources, failures };
}

/**
 * URNs as an engine makes them, of the types of all components around a resource; the mocks' have the innermost one
 * alone: https://www.pulumi.com/docs/iac/concepts/resources/names/#urns.
 */
function engineUrn(stack: string, projectName: string): Monitor["newUrn"] {
  return (parent, type, name) => {
    const outer = parent === "" ? "" : `${parent.split("::")[2]}$`;
    return `urn:pulumi:${stack}::${projectName}::${outer}${type}::${name}`;
  };
}

function recorded(request: RegisterRequest, urn: string, states: ReadonlyMap<string, Inputs>): RecordedResource {
  return {
    urn,
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom(),
    parent: request.getParent() || undefined,
    inputs: states.get(urn) ?? {},
    autonamed:
      request.getType().startsWith("kubernetes:") &&
      (request.getObject().toJavaScript().metadata as Inputs | undefined)?.name === undefined,
    secrets: paths(request.getObject().toJavaScript(), isSecret),
    unknowns: paths(request.getObject().toJavaScript(), (value) => value === pulumi.runtime.unknownValue),
    provider: request.getProvider().split("::").slice(0, -1).join("::") || undefined,
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

/** State that an engine and its providers would make of the inputs. */
function created(args: PendingResource, options: RecordOptions): Inputs {
  const inputs = revealed(args.inputs) as Inputs;
  if (options.preview && !args.type.startsWith("kubernetes:")) return inputs;
  if (args.type === randomPassword) {
    const generation = JSON.stringify(inputs.keepers ?? {});
    return {
      ...inputs,
      result: derivedText(options.seed ?? options.stack, `${args.urn} ${generation}`, Number(inputs.length)),
    };
  }
  if (args.type === "random:index/randomId:RandomId") {
    const bytes = derivedBytes(options.stack, args.urn, Number(inputs.byteLength));
    return { ...inputs, b64Url: bytes.toString("base64url"), hex: bytes.toString("hex") };
  }
  if (!args.type.startsWith("kubernetes:")) return inputs;
  const object = named(inputs, args);
  return object.kind === "Service" && !options.preview ? { ...object, status: { loadBalancer: {} } } : object;
}

/** Marks generated passwords as secrets, as their provider does. */
function asSecret(type: string, state: Inputs): Inputs {
  return type === randomPassword && state.result !== undefined
    ? { ...state, result: pulumi.secret(state.result) }
    : state;
}

/**
 * Names an object that the program does not name. The suffix, random with Pulumi, is a digest: a changed object gets
 * another name.
 */
function named(inputs: Inputs, { urn, name }: PendingResource): Inputs {
  const metadata = inputs.metadata as Inputs | undefined;
  if (metadata?.name !== undefined) return inputs;
  const suffix = createHash("sha256")
    .update(JSON.stringify([urn, inputs]))
    .digest("hex")
    .slice(0, 8);
  return { ...inputs, metadata: { ...metadata, name: `${name}-${suffix}` } };
}

function derivedBytes(seed: string, purpose: string, length: number): Buffer {
  return Buffer.from(hkdfSync("sha256", seed, "render", purpose, length));
}

/** Letters and digits of a longer derived text in base64, without its other characters. */
function derivedText(seed: string, purpose: string, length: number): string {
  return derivedBytes(seed, purpose, length * 2)
    .toString("base64")
    .replace(/[^A-Za-z0-9]/g, "")
    .slice(0, length);
}
