/** Eight processes contend for a thousand grants and a thousand answers over one SQLite file; some minutes. */
import { contend } from "../js/contenders.ts";

const [, , rounds = "1000", processes = "8"] = process.argv;
await contend(Number(processes), Number(rounds));
console.log(`of ${processes} processes exactly one counted, in each of ${rounds} rounds`);
