// The policy host loads a pack by `require`, with a compiler of its own for TypeScript; what an ES module imports, Node.js
// itself reads, types and all.
import "./pack.ts";
