/** A schema in the form of OpenAPI or JSON Schema. */
export interface Schema {
  readonly [keyword: string]: unknown;
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema | boolean;
  readonly nullable?: boolean;
  readonly $ref?: string;
}

/**
 * Returns the JSON Schema of an OpenAPI schema that allows only declared fields, as the API server does with strict
 * field validation. Fields within anyOf, allOf and oneOf stay open: another alternative may declare them.
 */
export function strictSchema(schema: Schema): Schema {
  if (schema["x-kubernetes-int-or-string"] || schema.format === "int-or-string") return { type: ["integer", "string"] };
  const { properties, items, nullable, ...rest } = schema;
  return {
    ...rest,
    ...(rest.type !== undefined && nullable ? { type: [rest.type, "null"].flat() } : {}),
    ...(items ? { items: strictSchema(items) } : {}),
    ...(properties
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([name, value]) => [name, strictSchema(value)]),
          ),
        }
      : {}),
    ...fieldsBeside(schema),
  };
}

function fieldsBeside({ properties, additionalProperties, ...schema }: Schema): Pick<Schema, "additionalProperties"> {
  if (typeof additionalProperties === "object") return { additionalProperties: strictSchema(additionalProperties) };
  if (additionalProperties !== undefined) return { additionalProperties };
  return properties && !schema["x-kubernetes-preserve-unknown-fields"] ? { additionalProperties: false } : {};
}

/** Returns the strict form of all definitions that a schema refers to, directly or indirectly. */
export function reachable(schema: Schema, definitions: Readonly<Record<string, Schema>>): Record<string, Schema> {
  const found: Record<string, Schema> = {};
  const collect = (from: Schema) => {
    for (const [, name] of JSON.stringify(from).matchAll(/"#\/definitions\/([^"]+)"/g)) {
      if (found[name!]) continue;
      const definition = definitions[name!];
      if (!definition) throw new Error(`A schema refers to ${name}, which is not defined.`);
      collect((found[name!] = strictSchema(definition)));
    }
  };
  collect(schema);
  return found;
}
