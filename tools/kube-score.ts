import { title } from "../policies/kubernetes.ts";
import { toYaml, type Manifest } from "../render/manifests.ts";
import { toolPath } from "./build.ts";
import type { Finding } from "./finding.ts";
import { run } from "./process.ts";

interface Scored {
  readonly type_meta: { readonly kind: string };
  readonly object_meta: { readonly name: string; readonly namespace?: string };
  readonly checks: readonly {
    readonly check: { readonly id: string; readonly comment: string };
    readonly grade: number;
    readonly skipped: boolean;
    readonly comments: readonly { readonly path: string; readonly summary: string }[] | null;
  }[];
}

/**
 * The grades of https://github.com/zegl/kube-score, scorecard/scorecard.go: 1 critical, 5 warning, 7 almost good, 10
 * good.
 */
const grade = { critical: 1, warning: 5 };

/** Checks recommendations for reliability and safety. kube-score knows no custom resources. */
export async function kubeScore(objects: readonly Manifest[]): Promise<Finding[]> {
  const output = await run(toolPath("kube-score"), ["score", "--output-format", "json", "-"], {
    input: toYaml(objects),
    accept: [0, 1],
  });
  return (JSON.parse(output) as Scored[]).flatMap(({ type_meta, object_meta, checks }) =>
    checks
      .filter((check) => !check.skipped && check.grade <= grade.warning)
      .map((check) => ({
        object: title({ kind: type_meta.kind, metadata: object_meta }),
        check: `kube-score/${check.check.id}`,
        message:
          (check.comments ?? []).map(({ path, summary }) => (path ? `${path}: ${summary}` : summary)).join("; ") ||
          check.check.comment,
        critical: check.grade <= grade.critical,
      })),
  );
}
