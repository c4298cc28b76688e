//! Models of one's own: started, stopped and asked after.

use anyhow::Context;
use async_trait::async_trait;
use aws_sdk_rekognition::types::ProjectVersionStatus;

use super::Rekognition;
use super::calls::why;
use crate::ingest::models::{Models, Status};

/// One inference unit serves about five pictures a second.
const UNITS: i32 = 1;

#[async_trait]
impl Models for Rekognition {
    async fn start(&self, arn: &str) -> anyhow::Result<()> {
        let call = self.client.start_project_version().project_version_arn(arn);
        match call.min_inference_units(UNITS).send().await {
            // Another node was first.
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_resource_in_use_exception()) =>
            {
                Ok(())
            }
            done => done.map(drop).map_err(why),
        }
    }

    async fn stop(&self, arn: &str) -> anyhow::Result<()> {
        let call = self.client.stop_project_version().project_version_arn(arn);
        match call.send().await {
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(|e| e.is_resource_in_use_exception()) =>
            {
                Ok(())
            }
            done => done.map(drop).map_err(why),
        }
    }

    async fn status(&self, arn: &str) -> anyhow::Result<Status> {
        let (project, version) = parts(arn)?;
        let call = self.client.describe_projects().project_names(project);
        let projects = call.send().await.map_err(why)?.project_descriptions;
        // The version's own ARN does not hold the moment that the project's ends in.
        let Some(project) = projects.into_iter().flatten().find_map(|p| p.project_arn) else {
            return Ok(Status::Failed);
        };
        let call = self.client.describe_project_versions();
        let call = call.project_arn(project).version_names(version);
        let versions = call.send().await.map_err(why)?;
        let version = versions.project_version_descriptions.into_iter().flatten();
        let mut version = version.filter(|v| v.project_version_arn.as_deref() == Some(arn));
        Ok(status(version.next().and_then(|version| version.status)))
    }
}

/// The project's and the version's name: `arn:aws:rekognition:…:project/NAME/version/NAME/1587506176`.
fn parts(arn: &str) -> anyhow::Result<(&str, &str)> {
    let mut parts = arn.rsplit(':').next().unwrap_or_default().split('/');
    let named = (|| {
        let project = (parts.next()? == "project").then(|| parts.next())??;
        let version = (parts.next()? == "version").then(|| parts.next())??;
        Some((project, version))
    })();
    named.with_context(|| format!("{arn} is not the ARN of a project's version"))
}

fn status(status: Option<ProjectVersionStatus>) -> Status {
    use ProjectVersionStatus as S;
    match status {
        Some(S::Running) => Status::Running,
        Some(S::Starting) => Status::Starting,
        Some(S::Stopping) => Status::Stopping,
        Some(S::Stopped | S::TrainingCompleted | S::CopyingCompleted) => Status::Stopped,
        _ => Status::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_versions_arn_is_taken_apart() {
        let arn = "arn:aws:rekognition:eu-west-1:123456789012:project/logos/version/logos.2026-11-01/1587506176";
        assert_eq!(parts(arn).expect("an ARN"), ("logos", "logos.2026-11-01"));
        for wrong in [
            "",
            "logos",
            "arn:aws:rekognition:eu-west-1:1:project/logos/1587",
        ] {
            assert!(parts(wrong).is_err(), "{wrong} was taken");
        }
    }
}
