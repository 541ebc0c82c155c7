/** Back to the table, or to the screen where there is none. */
export function focusGrid(): void {
  const place = document.querySelector<HTMLElement>("[role=grid]") ?? document.getElementById("screen");
  place?.focus();
}
