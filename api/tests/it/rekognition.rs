//! Rekognition's client on the wire, against a stand-in that replays recorded answers.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use beckon_api::config::RekognitionOptions;
use beckon_api::detections::{Detection, Kind};
use beckon_api::ingest::frames::Frame;
use beckon_api::ingest::models::{Models, Status};
use beckon_api::ingest::recogniser::rekognition::{OfMedia, Rekognition};
use beckon_api::ingest::recogniser::{Recognised, Recogniser, Stretch};
use beckon_api::ingest::spend::Operation;
use beckon_api::ingest::stored::{Job, JobPage, Refused, VideoRecogniser, Want};
use beckon_api::words::{Confidence, MediaId, Position, Time};
use serde_json::{Value, json};

use crate::harness::{Engine, Server};
use crate::standins::rekognition::{Answer, Call, Standin};

const NOW: Time = Time::from_ms(1_760_000_000_000);
const MODEL: &str =
    "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/logos.2026/1587506176";

/// A recorded answer of ours.
fn fixture(name: &str) -> Value {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/rekognition");
    let text = std::fs::read_to_string(folder.join(name)).expect("the fixture");
    serde_json::from_str(&text).expect("JSON")
}

/// A real recorded answer, where it is at hand.
fn real(name: &str) -> Option<Value> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/rekognition");
    let text = std::fs::read_to_string(folder.join(name)).ok();
    if text.is_none() {
        eprintln!(
            "left out: {name} of ../shared/data is not here; the fixtures of these tests ran"
        );
    }
    Some(serde_json::from_str(&text?).expect("JSON"))
}

/// What was recorded, by operation.
fn recorded(call: &Call) -> Answer {
    Answer::Says(fixture(match call.operation.as_str() {
        "RecognizeCelebrities" => "recognize-celebrities.json",
        "DetectLabels" => "detect-labels.json",
        "DetectCustomLabels" => "detect-custom-labels.json",
        "DetectModerationLabels" => "detect-moderation-labels.json",
        _ => return Answer::Fails(400, "UnknownOperationException"),
    }))
}

fn everything() -> Value {
    json!({"kind": "rekognition", "celebrities": {"min_confidence": 95}, "labels": {"min_confidence": 75},
        "custom_labels": {"project_version_arn": MODEL, "min_confidence": 80}, "moderation": {"min_confidence": 60}})
}

/// A media that is ingested so, and its recogniser.
struct Stage {
    server: Server,
    standin: Standin,
    recogniser: OfMedia,
    details: Value,
}

/// What a test says about its media and its node.
struct Setting {
    recogniser: Value,
    people_basis: Option<&'static str>,
    most_lag_ms: i64,
    options: RekognitionOptions,
}

impl Default for Setting {
    fn default() -> Self {
        let fifty = NonZeroU32::new(50).expect("more than none");
        Self {
            recogniser: everything(),
            people_basis: Some("contract"),
            most_lag_ms: 10_000,
            options: RekognitionOptions {
                per_second: fifty,
                at_once: fifty,
                ..RekognitionOptions::default()
            },
        }
    }
}

impl Stage {
    async fn of(setting: Setting, standin: Standin) -> Self {
        let server = Server::start(Engine::Sqlite).await.expect("SQLite");
        let details = json!({"people_basis": setting.people_basis, "ingest": {
            "source": {"kind": "hls", "url": "http://127.0.0.1:9/x.m3u8"}, "recogniser": setting.recogniser,
            "frames": {"kind": "per_second", "count": 1.0}, "most_lag_ms": setting.most_lag_ms}});
        let mut body = details.clone();
        body["media_id"] = json!("m");
        server.operator().post("/v1/media", &body).await.expect(201);
        let client = Rekognition::new(&standin.config(), &setting.options);
        let media = server.app().watching().media;
        let media_id = MediaId::parse("m").expect("an id");
        Self {
            recogniser: OfMedia::new(Arc::new(client), media, media_id),
            server,
            standin,
            details,
        }
    }

    /// Looks at one picture a second from this one on.
    async fn try_look(&self, from: i64, pictures: usize) -> anyhow::Result<Recognised> {
        let frames: Vec<Frame> = (from..).take(pictures).map(frame).collect();
        let at = |n: i64| Position::parse(n * 1000).expect("a position");
        let stretch = Stretch {
            from: at(from),
            to: at(from + pictures as i64),
            frames,
        };
        self.recogniser.recognise(stretch, NOW).await
    }

    async fn look(&self, from: i64, pictures: usize) -> Recognised {
        let said = self.try_look(from, pictures).await;
        said.expect("something was answered")
    }

    async fn end(self) {
        self.server.finish().await;
        self.standin.stop().await;
    }
}

/// The picture of this second, told from the others by its shade.
fn frame(second: i64) -> Frame {
    let shade = u8::try_from(second * 20).expect("few seconds");
    Frame {
        position: Position::parse(second * 1000).expect("a position"),
        width: 64,
        height: 36,
        rgb: vec![shade; 64 * 36 * 3].into(),
    }
}

/// The second of the picture that a call is about.
fn second(call: &Call) -> i64 {
    (i64::from(call.picture().get_pixel(32, 18).0[0]) + 10) / 20
}

fn of_kind(said: &Recognised, kind: Kind) -> Vec<&Detection> {
    let found = said.detections.iter();
    found.filter(|d| d.kind == kind).collect()
}

#[actix_web::test]
async fn each_operation_is_asked_and_its_answer_is_read() {
    let stage = Stage::of(Setting::default(), Standin::start(recorded)).await;
    let said = stage.look(0, 2).await;
    assert_eq!(said.partial, Vec::<String>::new());
    let of_each: Vec<_> = said
        .calls
        .iter()
        .map(|(o, count)| (o.as_str(), *count))
        .collect();
    assert_eq!(
        of_each,
        [
            ("RecognizeCelebrities", 2),
            ("DetectLabels", 2),
            ("DetectCustomLabels", 2),
            ("DetectModerationLabels", 2)
        ]
    );
    let star = of_kind(&said, Kind::Celebrity);
    assert_eq!(star.len(), 2);
    assert_eq!(
        (star[0].name.as_str(), star[0].external_id.as_deref()),
        ("A Star", Some("1aB2cD"))
    );
    assert_eq!(
        (star[0].confidence.percent(), star[0].source.as_str()),
        (97.5, "rekognition")
    );
    assert_eq!((star[0].boxes[0].top, star[0].seen_at), (-0.007_812_5, NOW));
    let labels = of_kind(&said, Kind::Label);
    let names: Vec<_> = labels
        .iter()
        .map(|d| (d.position.ms(), d.name.as_str()))
        .collect();
    assert_eq!(
        names,
        [(0, "Bird"), (0, "Lake"), (1000, "Bird"), (1000, "Lake")]
    );
    let bird = labels[0];
    assert_eq!(
        (bird.boxes.len(), bird.confidence.percent()),
        (2, 94.199_996_948_242_19)
    );
    assert_eq!(
        (&bird.parents[..], &bird.categories[..]),
        (
            &["Animal".to_owned()][..],
            &["Animals and Pets".to_owned()][..]
        )
    );
    let marks = of_kind(&said, Kind::CustomLabel);
    assert_eq!(
        (
            marks.len(),
            marks[0].confidence.percent(),
            marks[0].boxes.len()
        ),
        (2, 92.25, 2)
    );
    assert_eq!(marks[0].boxes[0].left, 0.25);
    let careful = of_kind(&said, Kind::Moderation);
    let parents: Vec<_> = careful
        .iter()
        .map(|d| (d.name.as_str(), d.parents.len()))
        .collect();
    assert_eq!(parents[..2], [("Alcohol", 0), ("Alcoholic Beverages", 1)]);
    for (operation, least) in [
        ("DetectLabels", 75.0),
        ("DetectCustomLabels", 80.0),
        ("DetectModerationLabels", 60.0),
    ] {
        let call = &stage.standin.calls(operation)[0];
        assert_eq!(call.body["MinConfidence"], json!(least), "{operation}");
        assert_eq!(call.picture().dimensions(), (64, 36));
    }
    assert_eq!(
        stage.standin.calls("DetectCustomLabels")[0].body["ProjectVersionArn"],
        MODEL
    );
    stage.end().await;
}

#[actix_web::test]
async fn of_people_nothing_is_kept_but_who_and_where() {
    let stage = Stage::of(Setting::default(), Standin::start(recorded)).await;
    let said = format!("{:?}", stage.look(0, 2).await);
    for word in [
        "Female",
        "Male",
        "Gender",
        "HAPPY",
        "CALM",
        "Landmark",
        "eyeLeft",
        "0.8125",
        "Perhaps Another",
    ] {
        assert!(!said.contains(word), "{word} was kept: {said}");
    }
    stage.end().await;
}

#[actix_web::test]
async fn without_a_legal_basis_nobody_is_asked_about_faces() {
    let setting = Setting {
        people_basis: None,
        ..Setting::default()
    };
    let stage = Stage::of(setting, Standin::start(recorded)).await;
    let said = stage.look(0, 3).await;
    assert!(stage.standin.calls("RecognizeCelebrities").is_empty());
    assert_eq!(stage.standin.calls("DetectLabels").len(), 3);
    assert!(of_kind(&said, Kind::Celebrity).is_empty() && !said.detections.is_empty());
    // Once a basis is recorded, from the next stretch on.
    let mut details = stage.details.clone();
    details["people_basis"] = json!("contract with the players' union");
    stage
        .server
        .operator()
        .put("/v1/media/m", &details)
        .await
        .expect(200);
    let said = stage.look(3, 2).await;
    assert_eq!(of_kind(&said, Kind::Celebrity).len(), 2);
    stage.end().await;
}

#[actix_web::test]
async fn a_celebrity_is_told_when_seen_in_a_second_picture() {
    let standin = Standin::start(|call| match (call.operation.as_str(), second(call)) {
        // In the pictures of the seconds 1, 4 and 5.
        ("RecognizeCelebrities", 1 | 4 | 5) => recorded(call),
        ("RecognizeCelebrities", _) => {
            Answer::Says(json!({"CelebrityFaces": [], "UnrecognizedFaces": []}))
        }
        _ => Answer::Says(json!({})),
    });
    let stage = Stage::of(Setting::default(), standin).await;
    assert!(of_kind(&stage.look(0, 3).await, Kind::Celebrity).is_empty());
    let said = stage.look(3, 3).await;
    let seen: Vec<i64> = said.detections.iter().map(|d| d.position.ms()).collect();
    assert_eq!(seen, [4000, 5000]);
    stage.end().await;
}

#[actix_web::test]
async fn what_is_throttled_is_tried_again_and_counts_once() {
    let standin = Standin::start(|call| match (call.operation.as_str(), call.nth) {
        ("DetectLabels", 0) => Answer::Fails(400, "ThrottlingException"),
        ("DetectLabels", 1) => Answer::Fails(500, "InternalServerError"),
        _ => recorded(call),
    });
    let stage = Stage::of(Setting::default(), standin).await;
    let said = stage.look(0, 1).await;
    assert_eq!(stage.standin.calls("DetectLabels").len(), 3);
    assert!(said.partial.is_empty() && said.calls.contains(&(Operation::DetectLabels, 1)));
    assert_eq!(of_kind(&said, Kind::Label).len(), 2);
    stage.end().await;
}

#[actix_web::test]
async fn labels_are_kept_when_celebrities_fail() {
    let standin = Standin::start(|call| match call.operation.as_str() {
        "RecognizeCelebrities" => Answer::Fails(400, "ProvisionedThroughputExceededException"),
        _ => recorded(call),
    });
    let stage = Stage::of(Setting::default(), standin).await;
    let said = stage.look(0, 2).await;
    assert_eq!(of_kind(&said, Kind::Label).len(), 4);
    assert_eq!(
        said.partial,
        [
            "RecognizeCelebrities failed for 2 of 2 pictures: ProvisionedThroughputExceededException: said by the stand-in"
        ]
    );
    stage.end().await;
}

#[actix_web::test]
async fn when_nothing_is_answered_the_stretch_has_failed() {
    let standin = Standin::start(|_| Answer::Fails(400, "AccessDeniedException"));
    let stage = Stage::of(Setting::default(), standin).await;
    let error = stage.try_look(0, 1).await.expect_err("no answer at all");
    assert!(
        error.to_string().contains("AccessDeniedException"),
        "{error}"
    );
    // What cannot get better is not tried again.
    assert_eq!(stage.standin.calls("DetectLabels").len(), 1);
    stage.end().await;
}

#[actix_web::test]
async fn what_does_not_come_in_time_is_given_up_and_the_rest_is_kept() {
    let standin = Standin::start(|call| match call.operation.as_str() {
        "DetectModerationLabels" => Answer::Late(Duration::from_secs(30), json!({})),
        _ => recorded(call),
    });
    let setting = Setting {
        most_lag_ms: 1_000,
        ..Setting::default()
    };
    let stage = Stage::of(setting, standin).await;
    let began = Instant::now();
    let said = stage.look(0, 1).await;
    assert!(
        began.elapsed() < Duration::from_secs(20),
        "it waited for the late answer"
    );
    assert_eq!(of_kind(&said, Kind::Label).len(), 2);
    assert_eq!(
        said.partial,
        ["DetectModerationLabels failed for 1 of 1 pictures: its answer did not come in time"]
    );
    stage.end().await;
}

#[actix_web::test]
async fn calls_keep_to_the_budget_of_their_operation() {
    let standin = Standin::start(|call| match recorded(call) {
        Answer::Says(value) => Answer::Late(Duration::from_millis(30), value),
        other => other,
    });
    let some = |n| NonZeroU32::new(n).expect("more than none");
    let setting = Setting {
        options: RekognitionOptions {
            per_second: some(4),
            at_once: some(2),
            ..RekognitionOptions::default()
        },
        ..Setting::default()
    };
    let stage = Stage::of(setting, standin).await;
    let said = stage.look(0, 9).await;
    assert!(said.partial.is_empty(), "{:?}", said.partial);
    for operation in ["DetectLabels", "RecognizeCelebrities"] {
        let calls = stage.standin.calls(operation);
        assert_eq!(calls.len(), 9);
        let most = calls.iter().map(|call| call.beside + 1).max();
        assert!(most <= Some(2), "{most:?} at once");
        // Nine at four a second: the last begins in the third second.
        let took = calls[8].at - calls[0].at;
        assert!(took > Duration::from_millis(1_900), "{took:?}");
    }
    stage.end().await;
}

#[actix_web::test]
async fn a_model_is_started_stopped_and_asked_after() {
    let standin = Standin::start(|call| match (call.operation.as_str(), call.nth) {
        ("StartProjectVersion", 0) => Answer::Says(json!({"Status": "STARTING"})),
        ("StartProjectVersion" | "StopProjectVersion", 1) => {
            Answer::Fails(400, "ResourceInUseException")
        }
        ("StartProjectVersion", _) => Answer::Fails(400, "ResourceNotFoundException"),
        ("StopProjectVersion", _) => Answer::Says(json!({"Status": "STOPPING"})),
        ("DescribeProjects", _) => Answer::Says(json!({"ProjectDescriptions": [
            {"ProjectArn": "arn:aws:rekognition:eu-west-1:123456789012:project/logos/1587500000"}]})),
        ("DescribeProjectVersions", nth) => {
            let status = [
                "TRAINING_COMPLETED",
                "STARTING",
                "RUNNING",
                "STOPPING",
                "STOPPED",
                "FAILED",
            ][nth];
            Answer::Says(
                json!({"ProjectVersionDescriptions": [{"ProjectVersionArn": MODEL, "Status": status}]}),
            )
        }
        _ => Answer::Fails(400, "UnknownOperationException"),
    });
    let client = Rekognition::new(&standin.config(), &RekognitionOptions::default());
    let models: &dyn Models = &client;
    models.start(MODEL).await.expect("started");
    models.start(MODEL).await.expect("another node was first");
    assert!(models.start(MODEL).await.is_err(), "there is no such model");
    models.stop(MODEL).await.expect("stopped");
    models.stop(MODEL).await.expect("another node was first");
    let start = &standin.calls("StartProjectVersion")[0].body;
    assert_eq!(
        (&start["ProjectVersionArn"], &start["MinInferenceUnits"]),
        (&json!(MODEL), &json!(1))
    );
    let mut seen = Vec::new();
    for _ in 0..6 {
        seen.push(models.status(MODEL).await.expect("a status"));
    }
    use Status::{Failed, Running, Starting, Stopped, Stopping};
    assert_eq!(
        seen,
        [Stopped, Starting, Running, Stopping, Stopped, Failed]
    );
    let asked = &standin.calls("DescribeProjectVersions")[0].body;
    assert_eq!(
        asked["ProjectArn"],
        "arn:aws:rekognition:eu-west-1:123456789012:project/logos/1587500000"
    );
    assert_eq!(asked["VersionNames"], json!(["logos.2026"]));
    standin.stop().await;
}

#[actix_web::test]
async fn real_answers_are_read_off_the_wire_as_they_were_recorded() {
    let answers = [
        (
            "RecognizeCelebrities",
            "gbs-recognizecelebrities-boto3.json",
        ),
        ("DetectLabels", "imahe-detectlabels-v3-gosdk-nulls.json"),
        (
            "DetectCustomLabels",
            "fst20533454627-detectcustomlabels-logo-bbox.json",
        ),
    ];
    let answers: Option<Vec<_>> = answers
        .map(|(operation, file)| Some((operation, real(file)?)))
        .into_iter()
        .collect();
    let Some(answers) = answers else {
        return;
    };
    let standin = Standin::start(move |call| {
        let answer = answers
            .iter()
            .find(|(operation, _)| *operation == call.operation);
        Answer::Says(answer.map_or_else(|| json!({}), |(_, value)| value.clone()))
    });
    let stage = Stage::of(Setting::default(), standin).await;
    let said = stage.look(0, 2).await;
    assert!(said.partial.is_empty(), "{:?}", said.partial);
    let people = of_kind(&said, Kind::Celebrity);
    assert_eq!((people.len(), people[0].name.as_str()), (2, "Jeff Bezos"));
    assert_eq!(people[0].external_id.as_deref(), Some("1SK7cR8M"));
    assert!((people[0].confidence.percent() - 99.997_94).abs() < 1e-4);
    let marks = of_kind(&said, Kind::CustomLabel);
    assert_eq!(marks[0].name, "sharechat");
    assert!(
        (marks[0].boxes[0].width - 0.0616).abs() < 0.001,
        "{:?}",
        marks[0]
    );
    assert!(of_kind(&said, Kind::Label).len() > 2);
    stage.end().await;
}

fn sure(percent: f64) -> Confidence {
    Confidence::parse(percent).expect("a confidence")
}

fn job(want: Want) -> Job {
    Job {
        want,
        job_id: "j1".to_owned(),
    }
}

/// The moments and names of a page, and how to ask for the next.
fn told(page: JobPage) -> (Vec<(i64, String)>, Option<String>) {
    let JobPage::Page { detections, next } = page else {
        panic!("no page: {page:?}");
    };
    let seen = detections.into_iter();
    (seen.map(|d| (d.position.ms(), d.name)).collect(), next)
}

fn videos(standin: &Standin) -> Rekognition {
    let options = RekognitionOptions {
        topic_arn: Some("arn:aws:sns:eu-west-1:123456789012:jobs".to_owned()),
        role_arn: Some("arn:aws:iam::123456789012:role/jobs".to_owned()),
        ..RekognitionOptions::default()
    };
    Rekognition::new(&standin.config(), &options)
}

#[actix_web::test]
async fn a_job_is_started_once_for_a_token_and_tells_its_topic() {
    let standin = Standin::start(|call| match (call.operation.as_str(), call.nth) {
        ("StartLabelDetection" | "StartCelebrityRecognition", 0) => {
            Answer::Says(json!({"JobId": "j1"}))
        }
        ("StartLabelDetection", 1) => Answer::Fails(400, "InvalidS3ObjectException"),
        _ => Answer::Fails(400, "LimitExceededException"),
    });
    let videos = videos(&standin);
    let start = async |want| {
        VideoRecogniser::start(&videos, "library", "videos/a b.mp4", want, "token-1").await
    };
    assert_eq!(start(Want::Labels(sure(75.0))).await.expect("a job"), "j1");
    assert_eq!(
        start(Want::Celebrities(sure(95.0))).await.expect("a job"),
        "j1"
    );
    let asked = &standin.calls("StartLabelDetection")[0].body;
    let channel = json!({"SNSTopicArn": "arn:aws:sns:eu-west-1:123456789012:jobs", "RoleArn": "arn:aws:iam::123456789012:role/jobs"});
    assert_eq!(
        *asked,
        json!({"Video": {"S3Object": {"Bucket": "library", "Name": "videos/a b.mp4"}}, "MinConfidence": 75.0,
            "ClientRequestToken": "token-1", "NotificationChannel": channel})
    );
    let asked = &standin.calls("StartCelebrityRecognition")[0].body;
    assert_eq!(
        (&asked["NotificationChannel"], &asked["ClientRequestToken"]),
        (&channel, &json!("token-1"))
    );
    let wrong = start(Want::Labels(sure(75.0)))
        .await
        .expect_err("no such object");
    assert!(wrong.downcast_ref::<Refused>().is_some(), "{wrong}");
    let full = start(Want::Labels(sure(75.0)))
        .await
        .expect_err("too many jobs");
    assert!(full.downcast_ref::<Refused>().is_none(), "{full} passes");
    standin.stop().await;
}

#[actix_web::test]
async fn a_jobs_labels_are_fetched_to_the_last_page_though_pages_break_inside_a_moment() {
    let label = |ms: i64, name: &str, sure: f64| json!({"Timestamp": ms, "Label": {"Name": name, "Confidence": sure}});
    let standin = Standin::start(
        move |call| match (call.nth, call.body["NextToken"].as_str()) {
            (0, _) => Answer::Says(json!({"JobStatus": "IN_PROGRESS"})),
            (_, None) => Answer::Says(json!({"JobStatus": "SUCCEEDED", "NextToken": "p2",
            "Labels": [label(0, "Bird", 94.5), label(500, "Bird", 90.5)]})),
            (_, Some("p2")) => Answer::Says(json!({"JobStatus": "SUCCEEDED",
            "Labels": [label(500, "Lake", 80.5), label(500, "Boat", 60.0)]})),
            _ => {
                Answer::Says(json!({"JobStatus": "FAILED", "StatusMessage": "the video is broken"}))
            }
        },
    );
    let videos = videos(&standin);
    let job = job(Want::Labels(sure(75.0)));
    let page = async |next: Option<&str>| videos.page(&job, next).await.expect("an answer");
    assert_eq!(page(None).await, JobPage::Running);
    let (first, next) = told(page(None).await);
    assert_eq!(first, [(0, "Bird".to_owned()), (500, "Bird".to_owned())]);
    let (second, last) = told(page(next.as_deref()).await);
    assert_eq!((second, last), (vec![(500, "Lake".to_owned())], None));
    assert_eq!(
        page(Some("p9")).await,
        JobPage::Failed("the video is broken".to_owned())
    );
    let asked = &standin.calls("GetLabelDetection")[1].body;
    assert_eq!(
        *asked,
        json!({"JobId": "j1", "MaxResults": 1000, "SortBy": "TIMESTAMP"})
    );
    standin.stop().await;
}

#[actix_web::test]
async fn of_a_jobs_celebrities_those_are_told_who_are_seen_at_two_moments_of_any_page() {
    let seen = |ms: i64, id: &str, sure: f64| {
        json!({"Timestamp": ms, "Celebrity": {"Id": id, "Name": format!("Star {id}"), "Confidence": sure,
            "KnownGender": {"Type": "Female"}, "Face": {"BoundingBox": {"Left": 0.5, "Top": 0.25, "Width": 0.125, "Height": 0.25}}}})
    };
    let standin = Standin::start(move |call| match call.body["NextToken"].as_str() {
        None => Answer::Says(json!({"JobStatus": "SUCCEEDED", "NextToken": "p2",
            "Celebrities": [seen(0, "a", 99.0), seen(0, "b", 99.0), seen(40, "c", 99.0)]})),
        Some(_) => Answer::Says(json!({"JobStatus": "SUCCEEDED",
            "Celebrities": [seen(80, "a", 98.0), seen(120, "c", 94.0)]})),
    });
    let videos = videos(&standin);
    let page = videos.page(&job(Want::Celebrities(sure(95.0))), None).await;
    let page = page.expect("an answer");
    assert!(!format!("{page:?}").contains("Female"));
    let (seen, next) = told(page);
    assert_eq!(
        (seen, next),
        (
            vec![(0, "Star a".to_owned()), (80, "Star a".to_owned())],
            None
        )
    );
    assert_eq!(standin.calls("GetCelebrityRecognition").len(), 2);
    standin.stop().await;
}

#[actix_web::test]
async fn documented_job_answers_are_read_off_the_wire() {
    let (Some(labels), Some(people)) = (
        real("awscli-getlabeldetection-v2.json"),
        real("awscli-getcelebrityrecognition.json"),
    ) else {
        return;
    };
    let standin = Standin::start(move |call| {
        let mut answer = if call.operation == "GetLabelDetection" {
            labels.clone()
        } else {
            people.clone()
        };
        // The documented page names a next one, which is not documented.
        if call.body["NextToken"].is_string() {
            answer = json!({"JobStatus": "SUCCEEDED"});
        }
        Answer::Says(answer)
    });
    let videos = videos(&standin);
    let (seen, next) = told(
        videos
            .page(&job(Want::Labels(sure(0.0))), None)
            .await
            .expect("a page"),
    );
    assert!(next.is_some() && seen.len() == 2, "{seen:?}");
    let people = videos
        .page(&job(Want::Celebrities(sure(50.0))), None)
        .await
        .expect("a page");
    // Each of the two is seen once.
    assert_eq!(told(people), (Vec::new(), None));
    standin.stop().await;
}
