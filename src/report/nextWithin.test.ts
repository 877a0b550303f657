import { expect, it } from "vitest";
import { diagnostic } from "../core/diagnostic.ts";
import { nextWithin } from "./nextWithin.ts";

it("a command that is proposed to somebody in an environment stays in it", () => {
	const lost = diagnostic("TFM-RUN-005", { node: "orders", message: "gone" });
	expect(nextWithin(lost, " --env anna").next).toBe("tfm retry --env anna takes up what is missing");
	expect(nextWithin(lost, "")).toBe(lost);
	const told = { ...lost, next: "tfm ls, or tfm run --env anna --select orders, or tfm retry" };
	expect(nextWithin(told, " --env anna").next).toBe(
		"tfm ls, or tfm run --env anna --select orders, or tfm retry --env anna",
	);
});
