import type * as pulumi from "@pulumi/pulumi";
import type { PlatformSettings } from "../config/platform.ts";
import type { Reading, StackConfig } from "../config/read-settings.ts";
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

export type System = Configurable<ConfiguredSystem>;

/** A system: how its settings are read, and what it deploys with them. */
export interface SystemDefinition<Settings> {
  readonly images: (settings: Settings) => Readonly<Record<string, string>>;
  readonly read: (config: StackConfig) => Reading<Settings>;
  readonly deploy: (args: SystemArgs<Settings>, opts: pulumi.ComponentResourceOptions) => SystemOutputs;
}

/** Keeps the type of a system's settings to itself, so that one table holds all systems. */
export function defineSystem<Settings>({ read, images, deploy }: SystemDefinition<Settings>): System {
  return {
    configure: (config) => {
      const { settings, issues } = read(config);
      if (settings === undefined) return { issues };
      return {
        settings: {
          images: images(settings),
          deploy: (args, opts) => deploy({ ...args, settings }, opts),
        },
        issues,
      };
    },
  };
}
