import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

/** A window over the page: the browser keeps the focus in it, and Escape closes it. */
export function Dialog({
	label,
	onClose,
	class: name = "",
	children,
}: {
	label: string;
	onClose: () => void;
	class?: string;
	children: ComponentChildren;
}) {
	const dialog = useRef<HTMLDialogElement>(null);
	// Before the next key arrives: what is typed after "/" belongs to the search.
	useLayoutEffect(() => {
		const element = dialog.current!;
		const before = document.activeElement as HTMLElement | null;
		element.showModal();
		return () => {
			element.close();
			before?.focus();
		};
	}, []);
	return (
		<dialog
			ref={dialog}
			class={name}
			aria-label={label}
			onCancel={onClose}
			onClick={(event) => event.target === dialog.current && onClose()}
			onKeyDown={(event) => event.key === "Escape" && onClose()}
		>
			<div class="dialog-body">{children}</div>
		</dialog>
	);
}
