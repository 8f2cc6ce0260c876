import { expect } from "chai";
import fc from "fast-check";
import {
  bytes,
  cpuPattern,
  durationPattern,
  millicores,
  seconds,
  sizePattern,
  type Cpu,
  type Duration,
  type Size,
} from "../../../components/workload/quantities.ts";

const positive = fc.integer({ min: 1, max: 1_000_000 });

describe("quantities", () => {
  it("reads units of sizes as powers of 1024", () => {
    const units: Record<string, number> = { Ki: 1, Mi: 2, Gi: 3, Ti: 4 };
    fc.assert(
      fc.property(positive, fc.constantFrom(...Object.keys(units)), (number, unit) => {
        const size = `${number}${unit}` as Size;
        expect(size).to.match(sizePattern);
        expect(bytes(size)).to.equal(number * 1024 ** units[unit]!);
      }),
    );
  });

  it("reads the same CPU in cores and in thousandths", () => {
    fc.assert(
      fc.property(positive, (number) => {
        const cores = String(number / 1000) as Cpu;
        expect(cores).to.match(cpuPattern);
        expect(millicores(cores)).to.equal(number);
        expect(millicores(`${number}m`)).to.equal(number);
      }),
      // Some fractions are inexact in binary: 1.001 * 1000 is 1000.9999999999999.
      { examples: [[1001]] },
    );
  });

  it("converts durations: 60 s are 1 m, 60 m are 1 h, 24 h are 1 d, 1000 ms are 1 s", () => {
    fc.assert(
      fc.property(positive, (number) => {
        expect(seconds(`${number * 60}s`)).to.equal(seconds(`${number}m`));
        expect(seconds(`${number * 60}m`)).to.equal(seconds(`${number}h`));
        expect(seconds(`${number * 24}h`)).to.equal(seconds(`${number}d`));
        expect(seconds(`${number * 1000}ms`)).to.be.closeTo(seconds(`${number}s`), 1e-6);
        expect(`${number}ms` satisfies Duration).to.match(durationPattern);
      }),
    );
  });

  it("refuses text that Kubernetes would refuse or read differently", () => {
    for (const text of ["", "512", "512M", "0Mi", "-1Gi", "1.5Gi", "Gi", "1Gi ", "1gi"])
      expect(text).to.not.match(sizePattern);
    for (const text of ["", "0", "0m", "-1", "1.5m", "250 m", "1e3", "m", "0.0", "0.0005", "1.2345"])
      expect(text).to.not.match(cpuPattern);
    for (const text of ["", "30", "1.5s", "-1s", "1 s", "s", "1w"]) expect(text).to.not.match(durationPattern);
  });
});
