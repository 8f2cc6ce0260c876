/* The Job that fills the sample shop. */
import { command, runCommand } from "@platform/provisioner/command.ts";
import { fillShop, sampleDataSettings } from "./fill-shop.ts";

process.exitCode = await runCommand("sample-data", async () => command(sampleDataSettings, fillShop));
