//! `beckon demo`: the whole circle on one machine.

use std::net::{TcpListener, UdpSocket};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use beckon_classifier::world::{Tastes, World};
use beckon_origin as origin;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::serve::listen;
use crate::app::{self, App};
use crate::auth::Role;
use crate::config::{ServeOptions, now};
use crate::demo::{self, Api, Channel, Tokens, audience::Audience, broadcast};
use crate::fetch::Reach;
use crate::ingest::recogniser::{Image, Recogniser, Recorded};
use crate::ingest::{self, WatchJob};
use crate::media::Frames;
use crate::words::{MediaId, Time};

/// How long the demo's own tokens are good for: as long as anybody leaves a demo running.
const TOKENS_S: i64 = 30 * 24 * 3600;

/// Run the whole circle on this machine
///
/// Plays a clip as a live channel, watches it, registers instruments, serves the page with two viewers, and lets a
/// simulated audience teach the ranking. Prints one line with the page's address when it is ready; Ctrl-C stops all.
#[derive(Debug, clap::Args)]
pub(super) struct Demo {
    #[command(flatten)]
    options: ServeOptions,
    /// Folder of the built page
    #[arg(
        long,
        env = "BECKON_WEB",
        default_value = "web/player/dist",
        value_name = "DIR"
    )]
    web: PathBuf,
    /// Play this clip instead of the drawn broadcast
    #[arg(long, env = "BECKON_VIDEO", value_name = "FILE")]
    video: Option<PathBuf>,
    /// What Rekognition said of the clip: the API's answer or the console's export
    #[arg(
        long,
        env = "BECKON_DETECTIONS",
        value_name = "FILE",
        requires = "video"
    )]
    detections: Option<PathBuf>,
    /// Whether the simulated audience's viewers differ in what they like
    #[arg(long, env = "BECKON_TASTES", value_enum, default_value = "real")]
    tastes: TastesOption,
    /// Seed of the simulated audience
    #[arg(long, env = "BECKON_SEED", default_value_t = 1, value_name = "N")]
    seed: u64,
    /// How many answers the simulated audience gives a second; 0 leaves it out
    #[arg(long, env = "BECKON_ANSWERS_PER_S", default_value_t = 12, value_name = "N",
          value_parser = clap::value_parser!(u64).range(0..=1000))]
    answers_per_s: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum TastesOption {
    /// They do, and it can be learnt
    Real,
    /// They do not: nothing should be promoted
    None,
}

/// What is played, and what recognises it.
struct Source {
    clip: Arc<origin::Clip>,
    media_id: MediaId,
    title: String,
    recorded: Option<Vec<u8>>,
    own: bool,
}

impl Demo {
    pub(super) fn run(mut self) -> anyhow::Result<()> {
        super::log_to_stderr();
        anyhow::ensure!(
            self.web.join("index.html").is_file(),
            "the page is not built at {}: run `make demo`, or `npm run build -w web/player`",
            self.web.display()
        );
        // The demo watches its own origin, and nothing beyond this machine.
        self.options.reach = Reach::Loopback;
        if self.options.retrain_every_rows == 0 {
            self.options.retrain_every_rows = 500;
        }
        let drop = self.options.store.data_dir.join("drop");
        self.options.videos.watch_folder.get_or_insert(drop);
        app::block_on(self.serve())
    }

    async fn serve(mut self) -> anyhow::Result<()> {
        // Before anything slow: a taken port is said at once.
        let listener = listen(&self.options)?;
        if self.options.events.public_url.is_none() {
            self.options.events.public_url = in_the_network(&listener);
        }
        let url = format!("http://{}", listener.local_addr()?);
        let source = self.source().await?;
        let app = App::build(self.options.clone()).await?;
        let channel = on_air(&app, &source)?;
        let origin = Arc::new(origin::Origin::new());
        let live = origin
            .add(channel)
            .map_err(|taken| anyhow::anyhow!("{taken}"))?;
        let playlist = format!("/live/{}/master.m3u8", live.name());
        let page = Arc::new(demo::http::Page {
            web: self.web.clone(),
            channel: Channel {
                media_id: source.media_id.to_string(),
                title: source.title.clone(),
                zero: Time::from_ms(live.zero_ms()),
                playback_url: format!("{url}{playlist}"),
                origin_url: format!("{url}/live"),
                channel_arn: live.arn().to_owned(),
                marks: !source.own,
            },
            source: if source.own { "clip" } else { "broadcast" },
            playlist,
            folder: self.options.videos.watch_folder.clone().unwrap_or_default(),
            clip_duration_ms: live.clip_duration_ms(),
            api: Api::new(url.clone(), tokens(&app)?),
            audience: OnceLock::new(),
        });
        let routes = demo::http::routes(page.clone(), origin);
        let server = app::serve(listener, app.clone(), routes)?;
        let handle = server.handle();
        let (given_back, watch_ended) = oneshot::channel();
        let mut circle =
            tokio::task::spawn_local(self.circle(app.clone(), page, source, given_back));
        let outcome = tokio::select! {
            // Asked first: when all of it ends, what ends before the rest has not failed.
            biased;
            ended = stop_asked() => ended,
            served = server => served.context("the server failed"),
            failed = &mut circle => failed.context("the demo broke off").and_then(|result| result),
        };
        // The watcher gives its lease back, so that a next run need not wait for the lease's end.
        let _ = tokio::time::timeout(Duration::from_secs(2), watch_ended).await;
        handle.stop(true).await;
        if !circle.is_finished() {
            circle.abort();
            let _ = circle.await;
        }
        app.close().await;
        outcome
    }

    /// Everything that happens beside the server; it ends only by failing.
    async fn circle(
        self,
        app: App,
        page: Arc<demo::http::Page>,
        source: Source,
        watch_ended: oneshot::Sender<()>,
    ) -> anyhow::Result<()> {
        let simulated = demo::plant(&page.api, &page.channel).await?;
        let recogniser: Arc<dyn Recogniser> = match &source.recorded {
            Some(bytes) => Arc::new(
                Recorded::looping(bytes, Some(page.clip_duration_ms), now())
                    .map_err(|error| anyhow::anyhow!("the file of detections: {error}"))?,
            ),
            None => Arc::new(Image::new(app.references())),
        };
        let job = WatchJob {
            media_id: source.media_id,
            url: page.channel.playback_url.clone(),
            frames: Frames::PerSecond(2.0),
            most_lag_ms: 30_000,
            max_spend: None,
            recogniser,
        };
        let watching = ingest::watch(app.watching(), job, async { drop(stop_asked().await) });
        let watch = tokio::spawn(async move {
            let watched = watching.await;
            let _ = watch_ended.send(());
            watched
        });
        announce(page.api.url(), self.options.events.public_url.as_deref());
        let audience = async {
            if self.answers_per_s == 0 {
                return std::future::pending().await;
            }
            self.play_audience(&app, &page, simulated).await
        };
        tokio::select! {
            watched = watch => watched.context("the watcher broke off")?.map(drop).context("the watcher ended"),
            answered = audience => answered.context("the simulated audience left"),
        }
    }

    async fn play_audience(
        &self,
        app: &App,
        page: &demo::http::Page,
        simulated: Vec<String>,
    ) -> anyhow::Result<()> {
        let real = self.tastes == TastesOption::Real;
        let world = World::new(self.seed, if real { Tastes::Real } else { Tastes::None });
        let token = |viewer: &str| app.auth().issue(viewer, Role::Viewer, TOKENS_S, now());
        let audience = Arc::new(
            Audience::enter(page.api.clone(), world, self.seed, real, simulated, token).await?,
        );
        let _ = page.audience.set(audience.clone());
        audience
            .watch(u64::MAX, Duration::from_millis(1000 / self.answers_per_s))
            .await
    }

    async fn source(&self) -> anyhow::Result<Source> {
        let folder = self.options.store.data_dir.join("demo");
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        let recorded = self.detections.as_ref().map(|file| {
            std::fs::read(file)
                .with_context(|| format!("cannot read the detections of {}", file.display()))
        });
        let (path, media_id, title) = match &self.video {
            None => (
                broadcast::unpack(&folder)?,
                "demo".to_owned(),
                "North Shore, live".to_owned(),
            ),
            Some(video) => {
                let bytes = std::fs::read(video)
                    .with_context(|| format!("cannot read the clip {}", video.display()))?;
                // Another clip is another media, with a zero and detections of its own.
                let digest = blake3::hash(&bytes).to_hex();
                let name = video
                    .file_stem()
                    .map_or_else(|| "clip".into(), |stem| stem.to_string_lossy());
                (
                    video.clone(),
                    format!("clip-{}", &digest[..12]),
                    name.into_owned(),
                )
            }
        };
        let clip =
            tokio::task::spawn_blocking(move || origin::Clip::open(&path, &folder)).await??;
        Ok(Source {
            clip: Arc::new(clip),
            media_id: MediaId::parse(&media_id)
                .map_err(|invalid| anyhow::anyhow!(invalid.detail))?,
            title,
            recorded: recorded.transpose()?,
            own: self.video.is_some(),
        })
    }
}

/// Comes when a person (Ctrl-C) or the system asks the program to end.
async fn stop_asked() -> anyhow::Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::select! {
        pressed = tokio::signal::ctrl_c() => pressed.context("Ctrl-C cannot be heard"),
        _ = terminate.recv() => Ok(()),
    }
}

/// Puts the clip on air. Its zero never moves: a second start goes on where the first one would be by now.
fn on_air(app: &App, source: &Source) -> anyhow::Result<origin::Channel> {
    let settings = match app.media().get(&source.media_id) {
        Ok(media) => origin::ChannelSettings::starting_at(media.zero.ms()),
        Err(_) => origin::ChannelSettings::warm(&source.clip, now().ms()),
    };
    let name =
        origin::ChannelName::parse("demo").map_err(|invalid| anyhow::anyhow!("{invalid}"))?;
    Ok(origin::Channel::new(name, source.clip.clone(), settings))
}

fn tokens(app: &App) -> anyhow::Result<Tokens> {
    // A subject for each: what the marketer writes is approved by the operator, because nobody approves their own.
    let issue = |subject, role| app.auth().issue(subject, role, TOKENS_S, now());
    Ok(Tokens {
        operator: issue("demo-operator", Role::Operator)?,
        marketer: issue("demo-marketer", Role::Marketer)?,
        scientist: issue("demo-scientist", Role::Scientist)?,
    })
}

#[expect(
    clippy::print_stdout,
    reason = "the line that scripts and people wait for"
)]
fn announce(url: &str, public_url: Option<&str>) {
    println!("Beckon is ready: {url}/");
    if let Some(public_url) = public_url {
        println!("Phones reach it at {public_url}/, and so do the codes that they scan");
    }
}

/// Where phones of the same network reach a demo that listens to all addresses: the page may be open at an address that
/// means another device to them. Nothing is sent for this: a socket that is tied to a far address knows by which of ours
/// it would go there.
fn in_the_network(listener: &TcpListener) -> Option<String> {
    let bound = listener.local_addr().ok()?;
    if !bound.ip().is_unspecified() {
        return None;
    }
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    // An address for documentation: nobody has it.
    socket.connect("192.0.2.1:9").ok()?;
    let own = socket.local_addr().ok()?.ip();
    let reachable = !own.is_loopback() && !own.is_unspecified();
    reachable.then(|| format!("http://{own}:{}", bound.port()))
}
