import * as pulumi from "@pulumi/pulumi";
import { Cron } from "croner";
import { z } from "zod";
import {
  cpuPattern,
  durationPattern,
  seconds,
  sizePattern,
  type Cpu,
  type Duration,
  type Size,
} from "../components/workload/quantities.ts";

/** Title of a field that holds the reference of an image. */
export const imageTitle = "image";
/** Title of a field whose value is encrypted in the stack's file. */
export const secretTitle = "secret";

/** Memory or storage: `512Mi`. */
export const size = z
  .custom<Size>(
    (value) => typeof value === "string" && sizePattern.test(value),
    'must be a size such as "512Mi" or "10Gi"',
  )
  .meta({ title: "size" });

/** CPU time: `250m`, `"2"`. */
export const cpu = z
  .custom<Cpu>(
    (value) => typeof value === "string" && cpuPattern.test(value),
    'must be CPU time such as "250m" or "2", in quotes',
  )
  .meta({ title: "CPU time" });

/**
 * A time in whole seconds. Kubernetes takes a period or timeout of zero for its own default, so those have a minimum.
 */
export const wholeSeconds = (min: number) =>
  z
    .custom<Duration>(
      (value) =>
        typeof value === "string" &&
        durationPattern.test(value) &&
        Number.isInteger(seconds(value as Duration)) &&
        seconds(value as Duration) >= min,
      `must be a time in whole seconds such as "30s" or "5m"${min > 0 ? `, at least "${min}s"` : ""}`,
    )
    .meta({ title: "time" });

const cronCharacters = /^([\d*/, -]|sun|mon|tue|wed|thu|fri|sat|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)+$/i;

/** A schedule that Kubernetes understands: no macros such as `@daily`, no `L` and `#`. Empty for never. */
export const cron = z
  .string()
  .refine((text) => {
    if (text === "") return true;
    if (!cronCharacters.test(text)) return false;
    try {
      return new Cron(text, { mode: "5-part", paused: true }).nextRun() !== null;
    } catch {
      return false;
    }
  }, 'must be five fields of cron that come true some day, such as "0 */6 * * *"')
  .meta({ title: "schedule" });

export const percent = z.int().min(1).max(100).meta({ title: "percent" });
export const port = z.int().min(1).max(65535).meta({ title: "port" });
export const text = z.string().min(1);

/** A range of IP addresses. */
export const range = z
  .union([z.cidrv4(), z.cidrv6()], 'must be a range of addresses such as "10.0.0.0/16"')
  .meta({ title: "range of addresses" });
/** The range that network policies open for something outside of the cluster. */
export const cidr = range.default("0.0.0.0/0").describe("Addresses that the network policies open for it.");

export const dnsName = z
  .string()
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, "must be a host name in lower case")
  .meta({ title: "name" });

/** An image that is not built here, with its digest or without. */
export const image = z
  .string()
  .regex(
    /^[^\s@]+(@sha256:[0-9a-f]{64})?$/,
    "must be an image such as docker.io/library/postgres:18.1, its digest appended or not (@sha256:...)",
  )
  .meta({ title: imageTitle });

/** A value that is encrypted in the stack's file and stays secret in the program. */
export const secret = z
  .string()
  .min(1)
  .transform((value) => pulumi.secret(value))
  .meta({ title: secretTitle });

/** Whether an object has no entries. */
export const isEmpty = (value: object) => Object.keys(value).length === 0;
