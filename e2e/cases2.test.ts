import { testCases } from "./testCases.ts";

testCases((position) => position % 2 === 1);
