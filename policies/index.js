// The policy host loads a pack by `require`, with a TypeScript compiler of its own. Node.js itself loads what an ES module
// imports, and strips its types.
import "./pack.ts";
