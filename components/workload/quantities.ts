/** Kubernetes memory or storage size, in binary units: `"512Mi"`, `"10Gi"`. */
export type Size = `${number}${"Ki" | "Mi" | "Gi" | "Ti"}`;

/** Kubernetes CPU time: thousandths of a core (`"250m"`) or whole cores (`"2"`). */
export type Cpu = `${number}m` | `${number}`;

/** A span of time: `"500ms"`, `"30s"`, `"5m"`, `"24h"`, `"14d"`. */
export type Duration = `${number}${"ms" | "s" | "m" | "h" | "d"}`;

export const sizePattern = /^[1-9]\d*(Ki|Mi|Gi|Ti)$/;
// Kubernetes knows nothing finer than a thousandth of a core.
export const cpuPattern = /^([1-9]\d*m|[1-9]\d*(\.\d{1,3})?|0\.(?=\d*[1-9])\d{1,3})$/;
export const durationPattern = /^\d+(ms|s|m|h|d)$/;

const bytesPerUnit = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40 };
const secondsPerUnit = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400 };

/** Bytes in a {@link Size}. */
export function bytes(size: Size): number {
  return parseFloat(size) * bytesPerUnit[size.slice(-2) as keyof typeof bytesPerUnit];
}

/** Thousandths of a core in a {@link Cpu}. */
export function millicores(cpu: Cpu): number {
  return cpu.endsWith("m") ? parseFloat(cpu) : Math.round(parseFloat(cpu) * 1000);
}

/** Seconds in a {@link Duration}; a fraction where it is given in milliseconds. */
export function seconds(duration: Duration): number {
  const unit = /[a-z]+$/.exec(duration)?.[0] as keyof typeof secondsPerUnit;
  return parseFloat(duration) * secondsPerUnit[unit];
}
