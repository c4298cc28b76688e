/** The demo page: reads what the demo is, then starts each part. */
import { startAudience } from "./audience/panel.js";
import { readConfig, Refusal, startPoll, type DemoConfig } from "./demo.js";
import { byId, say } from "./dom.js";
import { startInspector } from "./inspector.js";
import { clearNotice, notice, toast } from "./notices.js";
import { startSnippet } from "./snippet.js";
import { startTheme } from "./theme.js";
import { column } from "./viewer/column.js";
import { keepTogether } from "./viewer/together.js";
import { clock } from "./words.js";

const RETRY_MS = 2000;

async function begin(): Promise<void> {
  let config: DemoConfig;
  try {
    config = await readConfig();
  } catch (error) {
    const refusal = error instanceof Refusal ? error : new Refusal(String(error), "unknown");
    notice("config", {
      tone: "bad",
      title: "The demo could not be read.",
      text: `${refusal.message} It is asked again every two seconds.`,
      code: refusal.code,
    });
    setTimeout(() => void begin(), RETRY_MS);
    return;
  }
  clearNotice("config");
  start(config);
}

function start(config: DemoConfig): void {
  if (config.source === "clip") say(byId("what"), "Your clip as a live channel, two viewers");
  // The inspector listens before the first column can speak.
  startInspector(config.viewers);
  startSnippet(config);
  const columns = config.viewers.map((viewer) => column(config, viewer));
  byId("viewers").replaceChildren(...columns.map((one) => one.root));
  const [leader, ...followers] = columns;
  if (leader) for (const follower of followers) keepTogether(leader.playback, follower.playback);
  startAudience();
  startPollButton();
}

function startPollButton(): void {
  const button = byId<HTMLButtonElement>("poll");
  button.disabled = false;
  button.addEventListener("click", () => {
    button.disabled = true;
    startPoll()
      .then(() => toast(`Poll sent at ${clock(Date.now())}. Each viewer asks for it when the cue reaches its player.`))
      .catch((error: unknown) => toast(`No poll was sent. ${error instanceof Refusal ? error.message : String(error)}`, false))
      .finally(() => (button.disabled = false));
  });
}

startTheme();
void begin();
