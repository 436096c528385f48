/** The memory store keeps the contract of a store. */
import { test } from "node:test";
import { memoryStore } from "countersign/stores/memory";
import { storeContract } from "./store-contract.ts";

for (const { name, run } of storeContract()) test(name, () => run(memoryStore()));
