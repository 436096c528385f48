/** The memory store keeps the contract of a store. */
import { test } from "node:test";
import { storeContract } from "countersign/stores/contract";
import { memoryStore } from "countersign/stores/memory";

for (const { name, run } of storeContract(() => memoryStore())) test(name, run);
