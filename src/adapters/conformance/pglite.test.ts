import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testAdapter } from "../pglite/testing/testAdapter.ts";
import { describeAdapterContract } from "./adapterContract.ts";
import { POSTGRES_WORDS } from "./postgresWords.ts";

const root = mkdtempSync(join(tmpdir(), "tfm-contract-"));

describeAdapterContract(
	"embedded",
	{
		make: () => testAdapter(join(root, "db")),
		dispose: async () => rmSync(root, { recursive: true }),
	},
	POSTGRES_WORDS,
);
