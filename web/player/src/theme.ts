/** Dark or light: chosen here, remembered by the browser, told to whoever draws on a canvas. */

export type Theme = "dark" | "light";

const KEY = "beckon-theme";
const listeners = new Set<(theme: Theme) => void>();

export function theme(): Theme {
  return document.body.dataset["theme"] === "light" ? "light" : "dark";
}

export function onTheme(listener: (theme: Theme) => void): void {
  listeners.add(listener);
}

export function startTheme(): void {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>("[data-theme-choice]")];
  const choose = (chosen: Theme): void => {
    document.body.dataset["theme"] = chosen;
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset["themeChoice"] === chosen));
    for (const listener of listeners) listener(chosen);
  };
  for (const button of buttons) {
    button.addEventListener("click", () => {
      const chosen: Theme = button.dataset["themeChoice"] === "light" ? "light" : "dark";
      remember(chosen);
      choose(chosen);
    });
  }
  choose(remembered());
}

// Storage may be shut off by the browser; the choice then lasts as long as the page.
function remembered(): Theme {
  try {
    return localStorage.getItem(KEY) === "light" ? "light" : "dark";
  } catch {
    return "dark";
  }
}

function remember(chosen: Theme): void {
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    /* nothing is lost but the memory of it */
  }
}
