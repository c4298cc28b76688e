//! What the importer takes and what it refuses, on small files of our own; the real ones are in tests/it.

use super::*;

const NOW: Time = Time::from_ms(1_760_000_000_000);

fn import(json: &str) -> Result<Import> {
    read(json.as_bytes(), Position::ZERO, NOW)
}

fn refused_as(json: &str) -> ErrorCode {
    match import(json) {
        Err(Error::Refused(refusal)) => refusal.code,
        other => panic!("{json} was not refused: {other:?}"),
    }
}

#[test]
fn a_console_export_and_an_api_answer_are_both_read() {
    let label = r#"{"Timestamp": 500, "Label": {"Name": "Bird", "Confidence": 94.2, "Instances": [
        {"BoundingBox": {"Left": -0.01, "Top": 0.1, "Width": 0.2, "Height": 0.3}, "Confidence": 90.0}],
        "Parents": [{"Name": "Animal"}]}}"#;
    let export =
        import(&format!(r#"{{"fileName": "a.mp4", "Labels": [{label}]}}"#)).expect("an export");
    let answer = import(&format!(
        r#"{{"JobStatus": "SUCCEEDED", "Labels": [{label}], "NextToken": "t"}}"#
    ))
    .expect("an answer");
    assert_eq!(
        (export.shape, answer.shape),
        (Shape::ConsoleExport, Shape::ApiAnswer)
    );
    assert_eq!(export.detections, answer.detections);
    assert_eq!(answer.next_token.as_deref(), Some("t"));
    let bird = &export.detections[0];
    assert_eq!(
        (bird.position.ms(), bird.name.as_str(), bird.boxes.len()),
        (500, "Bird", 1)
    );
    assert_eq!(bird.parents, ["Animal"]);
}

#[test]
fn an_image_lies_at_the_offset_and_a_video_counts_from_it() {
    let image = r#"{"CustomLabels": [{"Name": "tern", "Confidence": 92.1,
        "Geometry": {"BoundingBox": {"Left": 0.1, "Top": 0.1, "Width": 0.1, "Height": 0.1}}}]}"#;
    let offset = Position::parse(7000).expect("a position");
    let read_at =
        |json: &str| read(json.as_bytes(), offset, NOW).expect("read").detections[0].clone();
    let mark = read_at(image);
    assert_eq!(
        (mark.position.ms(), mark.kind, mark.boxes.len()),
        (7000, Kind::CustomLabel, 1)
    );
    let video = r#"{"Labels": [{"Timestamp": 40, "Label": {"Name": "Cup", "Confidence": 60}}]}"#;
    assert_eq!(read_at(video).position.ms(), 7040);
}

#[test]
fn nulls_are_nothing() {
    let json = r#"{"ImageProperties": null, "OrientationCorrection": null, "Labels": [
        {"Name": "Screen", "Confidence": 99.9, "Instances": null, "Parents": null, "Aliases": null}]}"#;
    assert_eq!(import(json).expect("read").detections.len(), 1);
}

#[test]
fn unknown_faces_are_counted_and_never_kept() {
    let json = r#"{"CelebrityFaces": [{"Name": "A Star", "Id": "x1", "MatchConfidence": 98.0, "Face": {}}],
        "UnrecognizedFaces": [{"BoundingBox": {}}, {}]}"#;
    let import = import(json).expect("read");
    assert_eq!((import.detections.len(), import.unknown_faces), (1, 2));
    assert_eq!(import.detections[0].external_id.as_deref(), Some("x1"));
}

#[test]
fn what_is_broken_is_refused_whole() {
    for json in [
        "",
        "{{\"Labels\": []}",
        "[]",
        "{}",
        r#"{"fileName": "a.mp4"}"#,
        r#"{"JobStatus": "IN_PROGRESS", "Labels": []}"#,
        r#"{"Segments": [{"Type": "SHOT"}]}"#,
        r#"{"Labels": [{"Timestamp": 1}]}"#,
        r#"{"Labels": [{"Timestamp": -1, "Label": {"Name": "A", "Confidence": 50}}]}"#,
        r#"{"Labels": [{"Timestamp": 1, "Label": {"Name": "A", "Confidence": 101}}]}"#,
        r#"{"Labels": [{"Timestamp": 1, "Label": {"Name": "A"}}]}"#,
        r#"{"Labels": [{"Timestamp": 1, "Label": {"Name": " ", "Confidence": 50}}]}"#,
        r#"{"Labels": [{"Timestamp": 1, "Label": {"Name": "A", "Confidence": 50}}]"#,
    ] {
        assert_eq!(refused_as(json), ErrorCode::MalformedImport, "{json}");
    }
}

#[test]
fn a_name_that_comes_twice_at_one_position_is_kept_once_and_surest() {
    let json = r#"{"Labels": [{"Timestamp": 1, "Label": {"Name": "A", "Confidence": 50}},
        {"Timestamp": 1, "Label": {"Name": "A", "Confidence": 70}}, {"Timestamp": 1, "Label": {"Name": "A", "Confidence": 60}}]}"#;
    let import = import(json).expect("read");
    assert_eq!(import.detections.len(), 1);
    assert!((import.detections[0].confidence.percent() - 70.0).abs() < f64::EPSILON);
}
