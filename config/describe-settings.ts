import type { z } from "zod";

/** One setting or inner field, as its schema declares it. */
export interface SettingDescription {
  /** Path without the namespace: `postgres.requests.cpu`; `<name>` stands for a key that the stack chooses. */
  readonly path: string;
  /** Name of its type, in words. */
  readonly type: string;
  readonly meaning: string;
  /** Value where the stack gives none. Undefined if there is none. */
  readonly default: unknown;
  /** Whether the object that it is in needs it. */
  readonly required: boolean;
}

type Schema = z.core.$ZodType;
type Definition = z.core.$ZodTypes["_zod"]["def"];

interface Field {
  readonly schema: Schema;
  readonly description: string | undefined;
  readonly title: string | undefined;
  readonly default: unknown;
  readonly required: boolean;
}

/** All settings of a schema and their inner fields, in the order of the declaration. */
export function describeSettings(schema: z.ZodObject): SettingDescription[] {
  return Object.entries(schema.shape).flatMap(([name, field]) => describe(field as Schema, name));
}

function describe(schema: Schema, path: string): SettingDescription[] {
  const field = unwrap(schema);
  const definition = field.schema._zod.def as Definition;
  const row = {
    path,
    type: field.title ?? typeName(definition),
    meaning: field.description ?? "",
    default: field.default,
    required: field.required,
  };
  return [row, ...children(definition, path)];
}

function children(definition: Definition, path: string): SettingDescription[] {
  if (definition.type === "object")
    return Object.entries(definition.shape).flatMap(([name, inner]) => describe(inner, `${path}.${name}`));
  if (definition.type !== "record") return [];
  const value = unwrap(definition.valueType).schema._zod.def as Definition;
  return children(value, `${path}.<name>`);
}

/** What is inside of defaults, optional fields and transformations, with the outermost description. */
function unwrap(schema: Schema): Field {
  const definition = schema._zod.def as Definition;
  const { description, title } = (schema as z.ZodType).meta() ?? {};
  const inner = innerField(definition);
  if (!inner) return { schema, description, title, default: undefined, required: true };
  return { ...inner, description: description ?? inner.description, title: title ?? inner.title };
}

function innerField(definition: Definition): Field | undefined {
  if (definition.type === "default")
    return { ...unwrap(definition.innerType), default: definition.defaultValue, required: false };
  if (definition.type === "prefault" || definition.type === "optional")
    return { ...unwrap(definition.innerType), required: false };
  return definition.type === "pipe" ? unwrap(definition.in) : undefined;
}

const typeNames: Partial<Record<Definition["type"], string>> = { number: "integer", record: "object", string: "text" };

function typeName(definition: Definition): string {
  if (definition.type === "enum") return Object.values(definition.entries).join(", ");
  if (definition.type === "array") return `list of ${plural(unwrap(definition.element).title ?? "text")}`;
  return typeNames[definition.type] ?? definition.type;
}

function plural(type: string): string {
  return type.startsWith("range") ? type.replace("range", "ranges") : `${type}s`;
}
