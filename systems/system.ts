import * as pulumi from "@pulumi/pulumi";
import type { PlatformSettings } from "../config/platform.ts";
import type { z } from "zod";
import { readSettings, type SettingsDeclaration } from "../config/read-settings.ts";
import type { Configurable } from "../config/stack.ts";

/** What a stack gives to every system. */
export interface StackArgs {
  /** The settings that all systems share. */
  readonly platform: PlatformSettings;
  /** Reference of an image that is built here, by its name: `chatdb/api-gateway`. */
  readonly image: (name: string) => string;
}

/** What the component of a system is given. */
export interface SystemArgs<Settings> extends StackArgs {
  /** The system's own settings. */
  readonly settings: Settings;
}

/** What a stack says about a system once it is deployed, such as `url` or a command to try. */
export type SystemOutputs = Readonly<Record<string, pulumi.Input<string>>>;

/** A system with its settings, ready to be deployed. */
export interface ConfiguredSystem {
  /** Images of others that it runs, by the settings that name them. */
  readonly images: Readonly<Record<string, string>>;
  readonly deploy: (args: StackArgs, opts: pulumi.ComponentResourceOptions) => SystemOutputs;
}

export interface System extends Configurable<ConfiguredSystem> {
  /** Its settings, for the documentation. */
  readonly declaration: SettingsDeclaration;
}

/** A system: the settings that it has, and what it deploys with them. */
export interface SystemDefinition<Schema extends z.ZodObject> {
  readonly settings: SettingsDeclaration<Schema>;
  readonly deploy: (args: SystemArgs<z.infer<Schema>>, opts: pulumi.ComponentResourceOptions) => SystemOutputs;
}

/** Keeps the type of a system's settings to itself, so that one table holds all systems. */
export function defineSystem<Schema extends z.ZodObject>(definition: SystemDefinition<Schema>): System {
  const { settings: declaration, deploy } = definition;
  return {
    declaration,
    configure: (config) => {
      const { settings, issues } = readSettings(declaration, config);
      if (settings === undefined) return { issues };
      return {
        issues,
        settings: {
          images: imageSettings(declaration.namespace, settings),
          deploy: (args, opts) => deploy({ ...args, settings }, opts),
        },
      };
    },
  };
}

/** The images that settings name, by their paths: every field called `image`. */
function imageSettings(path: string, settings: object): Record<string, string> {
  const separator = path.includes(":") ? "." : ":";
  return Object.assign(
    {},
    ...Object.entries(settings).map(([name, value]: [string, unknown]) => {
      if (name === "image" && typeof value === "string") return { [`${path}${separator}${name}`]: value };
      if (typeof value !== "object" || value === null || pulumi.Output.isInstance(value)) return {};
      return imageSettings(`${path}${separator}${name}`, value);
    }),
  ) as Record<string, string>;
}
