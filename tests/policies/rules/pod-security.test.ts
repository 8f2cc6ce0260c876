import { podSecurity } from "../../../policies/rules/pod-security.ts";
import { container, deploymentOf, object, pod, workload } from "../support/deployment.ts";
import { ruleTests } from "../support/rule.ts";

const of = (changes: object) => workload(pod(changes));
const secured = (changes: object) => deploymentOf({ securityContext: { ...container().securityContext, ...changes } });
const podSecured = (changes: object) => of({ securityContext: { ...pod().securityContext, ...changes } });

ruleTests(
  podSecurity,
  {
    "a restricted pod": [workload()],
    "a Pod without a workload": [workload(pod(), "Pod")],
    "an object without pods": [object("Service", "web")],
  },
  {
    root: ["may run as root", podSecured({ runAsUser: 0 })],
    "an image's own user": ["may run as root", podSecured({ runAsUser: undefined })],
    "a user without runAsNonRoot": ["may run as root", podSecured({ runAsNonRoot: undefined })],
    "no seccomp profile": ["has no seccomp profile", podSecured({ seccompProfile: undefined })],
    "the node's network": ["shares a namespace with the node", of({ hostNetwork: true })],
    "the node's processes": ["shares a namespace with the node", of({ hostPID: true })],
    "the node's memory": ["shares a namespace with the node", of({ hostIPC: true })],
    "a directory of the node": [
      "mounts a directory of the node as volume data",
      of({ volumes: [{ name: "data", hostPath: { path: "/" } }] }),
    ],
    "service links": [
      "gets a variable for every Service of its namespace (enableServiceLinks)",
      of({ enableServiceLinks: undefined }),
    ],
    "privilege escalation": ["container web may gain privileges", secured({ allowPrivilegeEscalation: undefined })],
    privileges: ["container web may gain privileges", secured({ privileged: true })],
    "a container as root": ["container web may run as root", secured({ runAsUser: 0 })],
    "a container that may be root": ["container web may run as root", secured({ runAsNonRoot: false })],
    "a writable image": ["container web may write to its image", secured({ readOnlyRootFilesystem: undefined })],
    "capabilities that are not dropped": ["container web keeps capabilities", secured({ capabilities: undefined })],
    "capabilities that are added": [
      "container web keeps capabilities",
      secured({ capabilities: { drop: ["ALL"], add: ["NET_ADMIN"] } }),
    ],
    "a port of the node": [
      "container web takes port 80 of the node",
      deploymentOf({ ports: [{ containerPort: 8080, hostPort: 80 }] }),
    ],
  },
);
