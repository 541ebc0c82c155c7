import { expect, test } from "vitest";
import { type Binding, KeyRegistry, LEVEL, spell } from "./registry";

const binding = (id: string, keys: string | string[], more: Partial<Binding> = {}): Binding => ({
  id,
  keys,
  label: id,
  run: () => {},
  ...more,
});

function make(options = { shortcuts: true, remapped: {} as Record<string, string> }) {
  return new KeyRegistry(() => options);
}

const id = (found: Binding | "waiting" | null) => (found && found !== "waiting" ? found.id : found);

test.each([
  [{ key: "j" }, "j"],
  [{ key: "J", shiftKey: true }, "Shift+J"],
  [{ key: "k", ctrlKey: true }, "Ctrl+K"],
  [{ key: "k", metaKey: true }, "Ctrl+K"],
  [{ key: "?", shiftKey: true }, "?"],
  [{ key: "*", shiftKey: true }, "*"],
  [{ key: " " }, "Space"],
  [{ key: "Tab", shiftKey: true }, "Shift+Tab"],
  [{ key: "Enter", ctrlKey: true }, "Ctrl+Enter"],
])("%o is spelt %s", (event, spelt) => {
  expect(spell({ ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...event })).toBe(spelt);
});

test("a higher layer is asked first, and what is off falls through", () => {
  const keys = make();
  keys.add({ title: "shell", level: LEVEL.shell, bindings: () => [binding("shell.n", "n")] });
  const leave = keys.add({ title: "queue", level: LEVEL.screen, bindings: () => [binding("queue.n", "n")] });
  expect(id(keys.find("n", false, 0))).toBe("queue.n");
  leave();
  expect(id(keys.find("n", false, 0))).toBe("shell.n");
  keys.add({ title: "queue", level: LEVEL.screen, bindings: () => [binding("queue.n", "n", { off: true })] });
  expect(id(keys.find("n", false, 0))).toBe("shell.n");
});

test("nothing below a dialog is asked", () => {
  const keys = make();
  keys.add({ title: "queue", level: LEVEL.screen, bindings: () => [binding("queue.close", "e")] });
  const leave = keys.add({
    title: "dialog",
    level: LEVEL.dialog,
    closed: true,
    bindings: () => [binding("close.first", "1")],
  });
  expect(keys.find("e", false, 0)).toBeNull();
  expect(id(keys.find("1", false, 0))).toBe("close.first");
  leave();
  expect(id(keys.find("e", false, 0))).toBe("queue.close");
});

test("a sequence waits for its second key, and forgets the first after a while", () => {
  const keys = make();
  const bindings = [binding("go.queue", "g q"), binding("queue.q", "q")];
  keys.add({ title: "shell", level: LEVEL.shell, bindings: () => bindings });
  expect(keys.find("g", false, 0)).toBe("waiting");
  expect(id(keys.find("q", false, 500))).toBe("go.queue");
  expect(id(keys.find("q", false, 600))).toBe("queue.q");
  expect(keys.find("g", false, 1000)).toBe("waiting");
  expect(id(keys.find("q", false, 3000))).toBe("queue.q");
});

test("while typing only the bindings that say so work", () => {
  const keys = make();
  const bindings = [binding("queue.close", "e"), binding("palette", "Ctrl+K", { typing: true })];
  keys.add({ title: "shell", level: LEVEL.shell, bindings: () => bindings });
  expect(keys.find("e", true, 0)).toBeNull();
  expect(id(keys.find("Ctrl+K", true, 0))).toBe("palette");
});

test("single keys can be switched off; keys with Ctrl and named keys stay", () => {
  const keys = make({ shortcuts: false, remapped: {} });
  const bindings = [
    binding("close", "e"),
    binding("go", "g q"),
    binding("more", "Shift+J"),
    binding("palette", "Ctrl+K"),
    binding("open", ["o", "Enter"]),
  ];
  keys.add({ title: "shell", level: LEVEL.shell, bindings: () => bindings });
  for (const key of ["e", "g", "Shift+J", "o"]) expect(keys.find(key, false, 0)).toBeNull();
  expect(id(keys.find("Ctrl+K", false, 0))).toBe("palette");
  expect(id(keys.find("Enter", false, 0))).toBe("open");
});

test("a key that a person chose replaces the usual one", () => {
  const keys = make({ shortcuts: true, remapped: { close: "z" } });
  keys.add({ title: "shell", level: LEVEL.shell, bindings: () => [binding("close", "e")] });
  expect(keys.find("e", false, 0)).toBeNull();
  expect(id(keys.find("z", false, 0))).toBe("close");
});
