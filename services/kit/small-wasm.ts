import v8 from "node:v8";

/**
 * Turns off V8's optimising compiler for WebAssembly; import it before everything else. For PostgreSQL's grammar, one
 * very large function, the compiler takes 550 MB for a moment, more than the pod has; for ONNX Runtime it keeps 110 MB.
 * Unoptimised, a statement is parsed in 0.07 ms and a forest takes a fifth longer. The filter matches no function.
 */
v8.setFlagsFromString("--wasm-tier-up-filter=99999999");
