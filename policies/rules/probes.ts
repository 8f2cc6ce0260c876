import { isLongRunning, podOf } from "../kubernetes.ts";
import { unless, type ObjectRule } from "../rule.ts";

export const probes: ObjectRule = {
  name: "probes",
  description:
    "What runs for good says when it has started, works and serves: else requests go to pods that cannot answer, and hung ones stay. Set all three probes.",
  faults(object) {
    if (!isLongRunning(object)) return [];
    const { containers, initContainers } = podOf(object)!;
    // A sidecar is an init container that goes on running.
    const sidecars = (initContainers ?? []).filter(({ restartPolicy }) => restartPolicy === "Always");
    return [...sidecars, ...containers].flatMap((container) =>
      (["startupProbe", "livenessProbe", "readinessProbe"] as const).flatMap((probe) =>
        unless(container[probe] !== undefined, `container ${container.name} has no ${probe}`),
      ),
    );
  },
};
