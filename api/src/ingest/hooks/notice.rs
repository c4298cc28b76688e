//! Notices: what AWS says has happened, read from every shape in which it says so.

use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::error::{ErrorCode, Refusal, Result};
use crate::words::Time;

/// What has happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Objects were created.
    Objects(Vec<Object>),
    /// A channel went on or off air.
    Stream {
        /// The channel.
        channel_arn: String,
        /// Whether it is on air now.
        on_air: bool,
        /// When that was so.
        at: Time,
    },
    /// A recording of a channel began or ended.
    Recording(Recording),
    /// A video's recognition is over, well or not.
    VideoJob {
        /// The job, as it was called when it was started.
        job_id: String,
        /// Whether it went well.
        succeeded: bool,
    },
    /// Something that asks nothing of us: a test, or an event that we did not ask for.
    Nothing(String),
}

/// An object of S3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// The bucket's name.
    pub bucket: String,
    /// The key, as it is.
    pub key: String,
    /// Which of the objects that ever lay there.
    pub version: String,
    /// How many bytes.
    pub size: i64,
}

/// A recording of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The channel.
    pub channel_arn: String,
    /// The bucket into which it goes.
    pub bucket: String,
    /// Before all its objects' keys.
    pub prefix: String,
    /// When it began, where this says so.
    pub started_at: Option<Time>,
    /// When it ended, where this says so.
    pub ended_at: Option<Time>,
    /// How long it is, once it has ended.
    pub duration_ms: Option<i64>,
}

/// Reads a notice: what S3 and Rekognition publish on a topic, and events of EventBridge.
///
/// # Errors
/// When it is of a shape that is known, and what must stand in it does not. Shapes that are not known are
/// `Nothing`: who sent them would only send them again.
pub fn read(json: &str) -> Result<Notice> {
    let Ok(value) = serde_json::from_str::<Value>(json) else {
        return Ok(Notice::Nothing("a text that is no JSON".to_owned()));
    };
    if value["detail-type"].is_string() {
        return event(&value);
    }
    if value["Records"].is_array() {
        return records(&value["Records"]);
    }
    if value["Event"] == "s3:TestEvent" {
        return Ok(Notice::Nothing("the test of a new subscription".to_owned()));
    }
    if value["JobId"].is_string() && value["Status"].is_string() {
        return job(&value);
    }
    Ok(Notice::Nothing("a message of another kind".to_owned()))
}

fn text<'a>(value: &'a Value, path: &str) -> Result<&'a str> {
    value
        .pointer(path)
        .and_then(Value::as_str)
        .ok_or_else(|| missing(path))
}

fn missing(path: &str) -> crate::error::Error {
    Refusal {
        code: ErrorCode::MalformedBody,
        detail: "the notice does not say it".to_owned(),
        field: Some(path.trim_start_matches('/').replace('/', ".")),
        bound: None,
    }
    .into()
}

/// A notice of S3 itself: its keys are encoded as forms are.
fn records(records: &Value) -> Result<Notice> {
    let mut objects = Vec::new();
    for record in records.as_array().into_iter().flatten() {
        let created = record["eventName"]
            .as_str()
            .is_some_and(|name| name.trim_start_matches("s3:").starts_with("ObjectCreated"));
        if created {
            let object = &record["s3"]["object"];
            objects.push(Object {
                bucket: text(record, "/s3/bucket/name")?.to_owned(),
                key: decoded(text(record, "/s3/object/key")?)?,
                version: version(object, "eTag"),
                size: object["size"].as_i64().unwrap_or_default(),
            });
        }
    }
    Ok(Notice::Objects(objects))
}

/// Two uploads of the same bytes have one tag, so that it tells what lies there better than the order of writes.
fn version(object: &Value, tag: &str) -> String {
    let said = |name: &str| object[name].as_str().filter(|text| !text.is_empty());
    let version = said(tag).or_else(|| said("sequencer"));
    version.unwrap_or_default().to_owned()
}

fn decoded(key: &str) -> Result<String> {
    let spaced = key.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8();
    decoded
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| Refusal::field("s3.object.key", "it cannot be decoded", "UTF-8").into())
}

fn job(value: &Value) -> Result<Notice> {
    Ok(Notice::VideoJob {
        job_id: text(value, "/JobId")?.to_owned(),
        succeeded: value["Status"] == "SUCCEEDED",
    })
}

/// An event of EventBridge: its keys are as they are.
fn event(value: &Value) -> Result<Notice> {
    let kind = text(value, "/detail-type")?;
    match (text(value, "/source")?, kind) {
        ("aws.s3", "Object Created") => {
            let object = Object {
                bucket: text(value, "/detail/bucket/name")?.to_owned(),
                key: text(value, "/detail/object/key")?.to_owned(),
                version: version(&value["detail"]["object"], "etag"),
                size: value["detail"]["object"]["size"]
                    .as_i64()
                    .unwrap_or_default(),
            };
            Ok(Notice::Objects(vec![object]))
        }
        ("aws.ivs", "IVS Stream State Change") => stream(value),
        ("aws.ivs", "IVS Recording State Change") => recording(value),
        // Rekognition publishes on a topic of its own; a pipe or a rule may hand it on inside an event.
        (_, _) if value["detail"]["JobId"].is_string() => job(&value["detail"]),
        (source, kind) => Ok(Notice::Nothing(format!("{kind} of {source}"))),
    }
}

fn at(value: &Value) -> Result<Time> {
    let time = text(value, "/time")?;
    Time::parse(time).map_err(|e| Refusal::field("time", e.detail, e.bound).into())
}

fn stream(value: &Value) -> Result<Notice> {
    let on_air = match text(value, "/detail/event_name")? {
        // "Stream Failure" says that a stream could not be ingested: it is not on air then.
        "Stream Start" => true,
        "Stream End" | "Stream Failure" => false,
        other => return Ok(Notice::Nothing(format!("{other} of a stream"))),
    };
    Ok(Notice::Stream {
        channel_arn: text(value, "/resources/0")?.to_owned(),
        on_air,
        at: at(value)?,
    })
}

fn recording(value: &Value) -> Result<Notice> {
    let at = at(value)?;
    let detail = &value["detail"];
    let (started_at, ended_at) = match text(detail, "/recording_status")? {
        "Recording Start" => (Some(at), None),
        "Recording End" | "Recording End Failure" => (None, Some(at)),
        other => return Ok(Notice::Nothing(other.to_owned())),
    };
    Ok(Notice::Recording(Recording {
        channel_arn: text(value, "/resources/0")?.to_owned(),
        bucket: text(detail, "/recording_s3_bucket_name")?.to_owned(),
        prefix: text(detail, "/recording_s3_key_prefix")?.to_owned(),
        started_at,
        ended_at,
        duration_ms: detail["recording_duration_ms"]
            .as_i64()
            .filter(|_| ended_at.is_some()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(notice: &Value) -> Notice {
        read(&notice.to_string()).expect("a notice")
    }

    fn s3(name: &str, key: &str) -> Value {
        json!({"eventName": name, "s3": {"bucket": {"name": "clips"},
            "object": {"key": key, "size": 7, "eTag": "e1", "sequencer": "s1"}}})
    }

    #[test]
    fn a_notice_of_s3_has_encoded_keys_and_an_event_has_not() {
        let key = |notice: Notice| match notice {
            Notice::Objects(objects) => objects[0].key.clone(),
            other => panic!("{other:?}"),
        };
        let records = |key| json!({"Records": [s3("ObjectCreated:Put", key)]});
        assert_eq!(
            key(one(&records("a+b/Sch%C3%B6n%2B1%20%25.mp4"))),
            "a b/Schön+1 %.mp4"
        );
        let event = json!({"detail-type": "Object Created", "source": "aws.s3",
            "detail": {"bucket": {"name": "clips"}, "object": {"key": "a+b%20c.mp4", "size": 7, "etag": "e1"}}});
        assert_eq!(key(one(&event)), "a+b%20c.mp4");
        assert!(read(&records("%ff").to_string()).is_err());
    }

    #[test]
    fn only_created_objects_count() {
        let notice = json!({"Records": [
            s3("ObjectRemoved:Delete", "a"), s3("s3:ObjectCreated:CompleteMultipartUpload", "b"), s3("ObjectCreated:Copy", "c"),
        ]});
        let Notice::Objects(objects) = one(&notice) else {
            panic!("no objects")
        };
        let keys: Vec<&str> = objects.iter().map(|o| o.key.as_str()).collect();
        assert_eq!(keys, ["b", "c"]);
    }

    #[test]
    fn tests_and_strangers_ask_nothing() {
        for notice in [
            json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "clips"}),
            json!({"detail-type": "Scheduled Event", "source": "aws.events", "detail": {}}),
            json!({"AlarmName": "x"}),
            json!("text"),
        ] {
            assert!(matches!(one(&notice), Notice::Nothing(_)), "{notice}");
        }
        assert!(matches!(read("not JSON"), Ok(Notice::Nothing(_))));
    }

    #[test]
    fn a_completion_is_read_whatever_it_calls_the_operation() {
        for api in ["StartLabelDetection", "LABEL_DETECTION"] {
            let done = json!({"JobId": "j", "Status": "SUCCEEDED", "API": api});
            let expected = Notice::VideoJob {
                job_id: "j".to_owned(),
                succeeded: true,
            };
            assert_eq!(one(&done), expected);
        }
        let failed = one(&json!({"JobId": "j", "Status": "FAILED"}));
        assert!(matches!(
            failed,
            Notice::VideoJob {
                succeeded: false,
                ..
            }
        ));
    }

    #[test]
    fn the_state_of_streams_and_recordings_is_read() {
        let event = |kind: &str, detail: Value| {
            json!({"detail-type": kind, "source": "aws.ivs", "time": "2026-11-20T19:00:00Z",
                "resources": ["arn:c"], "detail": detail})
        };
        for (name, expected) in [
            ("Stream Start", true),
            ("Stream End", false),
            ("Stream Failure", false),
        ] {
            let notice = one(&event(
                "IVS Stream State Change",
                json!({"event_name": name}),
            ));
            assert!(
                matches!(&notice, Notice::Stream { on_air, channel_arn, .. } if *on_air == expected && channel_arn == "arn:c"),
                "{notice:?}"
            );
        }
        let recording = |status: &str| {
            let detail = json!({"recording_status": status, "recording_s3_bucket_name": "b",
                "recording_s3_key_prefix": "ivs/v1/1/c/2026/11/20/19/0/r", "recording_duration_ms": 28_435});
            match one(&event("IVS Recording State Change", detail)) {
                Notice::Recording(recording) => recording,
                other => panic!("{other:?}"),
            }
        };
        let (start, end) = (recording("Recording Start"), recording("Recording End"));
        assert!(start.started_at.is_some() && start.ended_at.is_none());
        assert!(end.started_at.is_none() && end.duration_ms == Some(28_435));
        let broken = event("IVS Recording State Change", json!({}));
        assert!(read(&broken.to_string()).is_err());
    }

    #[test]
    fn real_notices_are_read() {
        let folder = std::path::Path::new("../../shared/data/aws-events");
        if !folder.exists() {
            eprintln!("left out: real notices ({} is not there)", folder.display());
            return;
        }
        let real = |name: &str| {
            let text = std::fs::read_to_string(folder.join(name)).expect("the file");
            read(&text).expect("a notice")
        };
        let Notice::Objects(objects) = real("lambdarust-example-s3-event.json") else {
            panic!("no objects")
        };
        assert_eq!(
            (objects[0].bucket.as_str(), objects[0].key.as_str()),
            ("sourcebucket", "Happy Face.jpg")
        );
        let Notice::Objects(objects) = real("sfnguide-eventbridge-s3-object-created.json") else {
            panic!("no objects")
        };
        assert_eq!(objects[0].size, 800_704);
        let started = real("ivsdocs-eventbridge-ivs-stream-start.json");
        assert!(matches!(started, Notice::Stream { on_air: true, .. }));
        let Notice::Recording(ended) = real("ivsdvr-eventbridge-ivs-recording-end.json") else {
            panic!("no recording")
        };
        assert_eq!(ended.duration_ms, Some(28_435));
        let done = real("rekognition-job-completion-guide.json");
        assert!(matches!(
            done,
            Notice::VideoJob {
                succeeded: true,
                ..
            }
        ));
        let text =
            std::fs::read(folder.join("nuxeo-sns-notification-rekognition-labeldetection.json"));
        let envelope =
            super::super::sns::Envelope::read(&text.expect("the file")).expect("an envelope");
        let inside = read(&envelope.message).expect("a notice");
        assert!(
            matches!(inside, Notice::VideoJob { job_id, .. } if job_id.starts_with("732f9b52"))
        );
        let text = std::fs::read(folder.join("fst28151605439-sns-subscriptionconfirmation.json"));
        let envelope =
            super::super::sns::Envelope::read(&text.expect("the file")).expect("an envelope");
        assert!(envelope.certificate_url().is_ok() && envelope.subscribe_url().is_ok());
    }
}
