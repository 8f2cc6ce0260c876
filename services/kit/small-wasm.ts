import v8 from "node:v8";

/**
 * To be imported before all else. V8's optimising compiler takes much memory for large WebAssembly: for PostgreSQL's grammar, which is one very
 * large function, 550 MB for a moment, more than the pod has, and it was seen to take the process down with it; for ONNX Runtime 110 MB, which it
 * keeps. Unoptimised, a statement is parsed in 0.07 ms, and a forest takes a fifth longer. The filter lets it optimise no function but one that
 * there is not.
 */
v8.setFlagsFromString("--wasm-tier-up-filter=99999999");
