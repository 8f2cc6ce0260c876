import { isLongRunning, podOf } from "../kubernetes.ts";
import { unless, type ObjectRule } from "../rule.ts";

export const probes: ObjectRule = {
  name: "probes",
  description:
    "A long-running container has all three probes: otherwise requests go to pods that cannot answer, and hung pods stay. Set startupProbe, livenessProbe and readinessProbe.",
  faults(object) {
    if (!isLongRunning(object)) return [];
    const { containers, initContainers } = podOf(object)!;
    // A sidecar is an init container that keeps running.
    const sidecars = (initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
    return [...sidecars, ...containers].flatMap((container) =>
      (["startupProbe", "livenessProbe", "readinessProbe"] as const).flatMap((probe) =>
        unless(container[probe] !== undefined, `container ${container.name} has no ${probe}`),
      ),
    );
  },
};
