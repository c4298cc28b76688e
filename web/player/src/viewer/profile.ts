/** "Change profile": a menu of the profiles that the demo has for this viewer. */
import { changeProfile, Refusal, type DemoViewer } from "../demo.js";
import { el, say } from "../dom.js";
import { icon } from "../icons.js";
import { toast } from "../notices.js";

/** Builds the menu; `about` is the line that says who this viewer is, `changed` is told after the server has stored it. */
export function profileMenu(viewer: DemoViewer, about: HTMLElement, changed: () => void): HTMLElement {
  const opener = el("button", { type: "button", class: "link", "aria-haspopup": "menu", "aria-expanded": "false" }, "Change profile");
  const menu = el("div", { class: "menu", role: "menu", "aria-label": `Profile of ${viewer.label}` });
  menu.hidden = true;
  const holder = el("div", { class: "choose" }, opener, menu);

  const items = viewer.profiles.map((profile) => {
    const item = el("button", { type: "button", role: "menuitemradio", tabindex: "-1" }, icon("check"), el("span", {}, profile.about));
    item.setAttribute("aria-checked", String(profile.about === viewer.about));
    item.addEventListener("click", () => void choose(profile, item));
    return item;
  });
  menu.append(...items);

  const open = (): void => {
    menu.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    (items.find((item) => item.getAttribute("aria-checked") === "true") ?? items[0])?.focus();
  };
  const close = (refocus: boolean): void => {
    if (menu.hidden) return;
    menu.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    if (refocus) opener.focus();
  };
  async function choose(profile: { id: string; about: string }, item: HTMLElement): Promise<void> {
    close(true);
    try {
      await changeProfile(viewer.viewer_id, profile.id);
    } catch (error) {
      toast(error instanceof Refusal ? `The profile stays as it was. ${error.message}` : "The profile stays as it was.", false);
      return;
    }
    for (const other of items) other.setAttribute("aria-checked", String(other === item));
    say(about, profile.about);
    changed();
  }

  opener.addEventListener("click", () => (menu.hidden ? open() : close(true)));
  document.addEventListener("pointerdown", (event) => {
    if (event.target instanceof Node && !holder.contains(event.target)) close(false);
  });
  holder.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close(true);
    if (event.key === "Tab") close(false);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined || menu.hidden) return;
    event.preventDefault();
    const at = items.findIndex((item) => item === document.activeElement);
    items[(at + step + items.length) % items.length]?.focus();
  });
  holder.hidden = items.length < 2;
  return holder;
}
