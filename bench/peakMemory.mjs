/** Preloaded into a measured process: leaves its peak resident memory (kB) in the file BENCH_PEAK_FILE. */
import { writeFileSync } from "node:fs";

process.on("exit", () => writeFileSync(process.env.BENCH_PEAK_FILE, String(process.resourceUsage().maxRSS)));
